"""A key ring as text: JSON, with each secret kept as a key service wraps it.

    {"format": 1, "register": "<uuid>", "suite": "aes-256-gcm", "service": null,
     "keys": [{"id": "1f3a9c20", "purpose": "wrapping", "version": 1, "state": "active",
               "made_at": "2026-11-22T04:00:00+00:00", "check": "5b0c…", "secret": "…"}]}

`service` is the name of the key service that wrapped the secrets, null where they stand as they are
(base64). `check` tells a wrong secret from the right one before anything is sealed or refused.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from mintmark.errors import BrokenKeyFile, ForeignKeys, OtherKeyService, WrongKey
from mintmark.vault.key import ID, PURPOSES, STATES, Key, Secret, check
from mintmark.vault.keyring import KeyRing
from mintmark.vault.suite import SECRET, SUITES

FORMAT = 1


class KeyService(Protocol):
    """Somebody who wraps secrets under a key that never leaves them: a KMS.

    Both verbs raise KeyServiceUnreachable or KeyServiceRefused.
    """

    @property
    def name(self) -> str | None:
        """What a ring file says it was wrapped by; None for nobody."""

    def wrap(self, secret: bytes) -> str:
        """Give a secret as it may be stored."""

    def unwrap(self, wrapped: str) -> bytes:
        """Give the secret back."""


class Unwrapped:
    """No key service: secrets are kept as they are, and the file must be guarded instead."""

    name = None

    def wrap(self, secret: bytes) -> str:
        """Give the secret in base64."""
        return base64.b64encode(secret).decode()

    def unwrap(self, wrapped: str) -> bytes:
        """Read the secret from base64."""
        return base64.b64decode(wrapped, validate=True)


UNWRAPPED = Unwrapped()


def written(ring: KeyRing, service: KeyService = UNWRAPPED) -> str:
    """Write a key ring, its secrets wrapped anew. Raises what the service does.

    >>> from datetime import UTC
    >>> ring = KeyRing.made("0b6f…", at=datetime(2026, 11, 22, tzinfo=UTC))
    >>> read(written(ring), place="here", register="0b6f…") == ring
    True
    """
    document = {
        "format": FORMAT,
        "register": ring.register,
        "suite": ring.suite.name,
        "service": service.name,
        "keys": [_entry(key, ring, service) for key in ring.keys],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _entry(key: Key, ring: KeyRing, service: KeyService) -> dict[str, Any]:
    return {
        "id": key.id,
        "purpose": key.purpose,
        "version": key.version,
        "state": key.state,
        "made_at": key.made_at.isoformat(),
        "check": check(key, register=ring.register, suite=ring.suite),
        "secret": service.wrap(key.secret.reveal()) if key.secret else None,
    }


def read(
    text: str | bytes, *, place: str, register: str, service: KeyService = UNWRAPPED
) -> KeyRing:
    """Read the key ring of a register; `place` is where the text was, for people.

    Raises BrokenKeyFile, ForeignKeys, OtherKeyService, WrongKey, or what the service does.
    """
    document = _document(text, place)
    if document["register"] != register:
        raise ForeignKeys(place=place, register=document["register"], expected=register)
    if document["service"] != service.name:
        raise OtherKeyService(place=place, service=document["service"], given=service.name)
    ring = KeyRing(
        register=register,
        suite=SUITES[document["suite"]],
        keys=tuple(
            _key(entry, f"keys[{at}]", place, service) for at, entry in enumerate(document["keys"])
        ),
    )
    for key, entry in zip(ring.keys, document["keys"], strict=True):
        if check(key, register=register, suite=ring.suite) != entry["check"]:
            raise WrongKey(place=place, key=key.id, version=key.version)
    return ring


def _key(entry: Mapping[str, Any], at: str, place: str, service: KeyService) -> Key:
    wrapped = entry["secret"]
    secret = None if wrapped is None else _secret(wrapped, service)
    if secret is not None and len(secret.reveal()) != SECRET:
        raise BrokenKeyFile(place=place, reason=f"{at}.secret")
    return Key(
        id=entry["id"],
        purpose=entry["purpose"],
        version=entry["version"],
        state=entry["state"],
        made_at=datetime.fromisoformat(entry["made_at"]),
        secret=secret,
    )


def _secret(wrapped: str, service: KeyService) -> Secret:
    try:
        return Secret(service.unwrap(wrapped))
    except ValueError:  # no base64
        return Secret(b"")


# ---------------------------------------------------------------- the shape of the text


def _document(text: str | bytes, place: str) -> dict[str, Any]:
    document, reason = _parsed(text)
    reason = reason or _fault(document)
    if reason or not isinstance(document, dict):
        # Outside of the parser's own error, which holds all of the text.
        raise BrokenKeyFile(place=place, reason=reason)
    return document


def _parsed(text: str | bytes) -> tuple[Any, str]:
    try:
        return json.loads(text), ""
    except (ValueError, RecursionError) as error:
        return None, str(error)


def _fault(document: Any) -> str:
    """Give where the document is not as it should be, "" for nowhere."""
    if not isinstance(document, dict):
        return "{}"
    for name, fits in _OF_RING.items():
        if name not in document or not fits(document[name]):
            return name
    for at, entry in enumerate(document["keys"]):
        for name, fits in _OF_KEY.items():
            if not isinstance(entry, dict) or name not in entry or not fits(entry[name]):
                return f"keys[{at}].{name}"
        if (entry["state"] == "destroyed") != (entry["secret"] is None):
            return f"keys[{at}].secret"
    return _incomplete(document["keys"])


def _incomplete(entries: Sequence[Mapping[str, Any]]) -> str:
    """Give the purpose for which there is no active key, or the entry that is there twice."""
    numbers = [(entry["purpose"], entry["version"]) for entry in entries]
    ids = [entry["id"] for entry in entries]
    for at in range(len(entries)):
        if numbers[at] in numbers[:at] or ids[at] in ids[:at]:
            return f"keys[{at}]"
    active = {entry["purpose"] for entry in entries if entry["state"] == "active"}
    return next((f"keys: {purpose}" for purpose in PURPOSES if purpose not in active), "")


def _is_time(value: object) -> bool:
    try:
        return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False


def _is_id(value: object) -> bool:
    return isinstance(value, str) and len(value) == 2 * ID and set(value) <= set("0123456789abcdef")


_OF_RING: Mapping[str, Callable[[Any], bool]] = {
    "format": lambda value: value == FORMAT,
    "register": lambda value: isinstance(value, str),
    "suite": lambda value: isinstance(value, str) and value in SUITES,
    "service": lambda value: value is None or isinstance(value, str),
    "keys": lambda value: isinstance(value, list),
}
_OF_KEY: Mapping[str, Callable[[Any], bool]] = {
    "id": _is_id,
    "purpose": lambda value: value in PURPOSES,
    "version": lambda value: type(value) is int and 0 < value < 1 << 16,
    "state": lambda value: value in STATES,
    "made_at": _is_time,
    "check": lambda value: isinstance(value, str),
    "secret": lambda value: value is None or isinstance(value, str),
}
