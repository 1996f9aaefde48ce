"""A key, and its secret, which is never written, logged or pickled by accident."""

import os
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Literal, NoReturn

from mintmark.vault.suite import SECRET, Suite

Purpose = Literal["wrapping", "index"]
State = Literal["active", "retired", "destroyed"]
PURPOSES: tuple[Purpose, ...] = ("wrapping", "index")
STATES: tuple[State, ...] = ("active", "retired", "destroyed")
Noted = tuple[str, str, int, str]
"""A key of a register: its id, purpose and version, and its `check`."""
ID = 4  # bytes; twice as many characters


class Secret:
    """Bytes that nobody gets to see who does not ask for them.

    >>> Secret(b"0123456789")
    Secret(…)
    >>> Secret(b"0123456789").reveal()
    b'0123456789'
    """

    __slots__ = ("_bytes",)

    def __init__(self, secret: bytes) -> None:
        self._bytes = secret

    def reveal(self) -> bytes:
        """Give the bytes."""
        return self._bytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and compare_digest(self._bytes, other._bytes)

    __hash__ = None  # type: ignore[assignment] # no dict of secrets

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        message = "a secret is not pickled"
        raise TypeError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of a ring: `id` 8 random hexadecimal digits, `version` counts within its purpose.

    active: seals if it is the newest, opens, is searched; retired: only opens what is still under
    it; destroyed: its secret is gone, its entry says so.
    """

    id: str
    purpose: Purpose
    version: int
    state: State
    made_at: datetime
    secret: Secret | None


def made(purpose: Purpose, version: int, *, at: datetime) -> Key:
    """Make a key with a random secret.

    >>> from datetime import UTC
    >>> key = made("index", 1, at=datetime(2026, 11, 22, tzinfo=UTC))
    >>> len(key.id), key.state, key.secret
    (8, 'active', Secret(…))
    """
    return Key(
        id=os.urandom(ID).hex(),
        purpose=purpose,
        version=version,
        state="active",
        made_at=at,
        secret=Secret(os.urandom(SECRET)),
    )


def check(key: Key, *, register: str, suite: Suite) -> str:
    """Give what tells a wrong secret from the right one, 8 hexadecimal digits; "" without a secret.

    It tells nothing else of the secret: it is derived from it (HKDF) for this purpose alone.
    """
    if key.secret is None:
        return ""
    named = (key.purpose, key.id, str(key.version))
    return suite.derive(key.secret.reveal(), register, "check", *named)[:4].hex()
