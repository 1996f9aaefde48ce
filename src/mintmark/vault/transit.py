"""HashiCorp Vault's Transit engine as the key service: secrets are wrapped by Vault, not by us.

Setting: ``vault://<mount>/<key>``, such as ``vault://transit/mintmark``. Address and token are as
for Vault's own programs: VAULT_ADDR, VAULT_TOKEN (or ~/.vault-token), VAULT_NAMESPACE,
VAULT_CACERT.
The token needs `update` on ``<mount>/encrypt/<key>`` and ``<mount>/decrypt/<key>``, nothing more.

Vault is asked once per key when a ring is read, and never for a customer. After `vault write -f
transit/keys/mintmark/rotate`, any change of the ring wraps all of it under Vault's newest version.

Source: Vault HTTP API, Transit secrets engine, "Encrypt data" and "Decrypt data".
"""

import base64
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from mintmark.errors import (
    KeyServiceRefused,
    KeyServiceUnreachable,
    NotInstalled,
    WrongSetting,
)

SCHEME = "vault"
_PATIENCE = 10  # seconds for an answer


class Transit:
    """A key of a Transit engine; what is not given is taken as Vault's own programs take it.

    >>> Transit("vault://transit/mintmark", address="https://vault.example:8200", token="hvs.1")
    Transit('vault://transit/mintmark')
    """

    def __init__(self, name: str, *, address: str | None = None, token: str | None = None) -> None:
        url = urlsplit(name)
        path = (url.netloc + url.path).strip("/")
        self.name = name
        self._mount, _, self._key = path.rpartition("/")
        if url.scheme != SCHEME or not self._mount or not self._key or "//" in path:
            raise WrongSetting(setting="key_service", value=name)
        self._address = address
        self._token = token

    def wrap(self, secret: bytes) -> str:
        """Give the secret as Vault wraps it, ``vault:v1:…``."""
        plain = base64.b64encode(secret).decode()
        return self._answer(
            "ciphertext",
            lambda transit: transit.encrypt_data(
                name=self._key, plaintext=plain, mount_point=self._mount
            ),
        )

    def unwrap(self, wrapped: str) -> bytes:
        """Give the secret back."""
        plain = self._answer(
            "plaintext",
            lambda transit: transit.decrypt_data(
                name=self._key, ciphertext=wrapped, mount_point=self._mount
            ),
        )
        return base64.b64decode(plain)

    def _answer(self, wanted: str, ask: Callable[[Any], Any]) -> str:
        hvac = _hvac()
        answer: Any = None
        try:
            answer = ask(self._client(hvac).secrets.transit)
            return str(answer["data"][wanted])
        except hvac.exceptions.VaultError as error:
            kind, reason = _kind(hvac, error), str(error)
        except OSError as error:  # so are all errors of the connection
            kind, reason = KeyServiceUnreachable, str(error)
        except (LookupError, TypeError):  # somebody answered who is no Vault
            kind, reason = KeyServiceUnreachable, f"HTTP {getattr(answer, 'status_code', 200)}"
        # Without the error that was caught: its request carries the token.
        raise kind(service=self.name, reason=self._without_token(reason))

    def _client(self, hvac: Any) -> Any:
        return hvac.Client(
            url=self._address,
            token=self._token,
            namespace=os.environ.get("VAULT_NAMESPACE"),
            timeout=_PATIENCE,
        )

    def _without_token(self, text: str) -> str:
        token = self._token or os.environ.get("VAULT_TOKEN")
        return text.replace(token, "***") if token else text

    def __repr__(self) -> str:
        return f"Transit({self.name!r})"


def _kind(hvac: Any, error: Exception) -> type[KeyServiceRefused | KeyServiceUnreachable]:
    of = hvac.exceptions
    refused = (of.InvalidRequest, of.Unauthorized, of.Forbidden, of.InvalidPath)
    return KeyServiceRefused if isinstance(error, refused) else KeyServiceUnreachable


def _hvac() -> Any:
    """Import hvac, which only those need who have a Vault."""
    try:
        import hvac  # noqa: PLC0415
        import hvac.exceptions  # noqa: PLC0415
    except ImportError:
        raise NotInstalled(package="hvac", extra="vault") from None
    return hvac
