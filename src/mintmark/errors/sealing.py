"""What can be wrong with sealed values, keys, and where keys are kept."""

from dataclasses import dataclass

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class TamperedValue(Refusal, ValueError):
    """A sealed value is not what was sealed for this row: changed, cut off or of another row."""

    slug = "tampered-value"
    table: str
    column: str
    row: int


@dataclass(eq=False, kw_only=True)
class MissingKey(Refusal, LookupError):
    """The key ring lacks a key; `key` is its id or, where that is not known, what it is for."""

    slug = "missing-key"
    key: str
    version: int | None


@dataclass(eq=False, kw_only=True)
class DestroyedKey(Refusal, LookupError):
    """The key was destroyed on purpose: what it sealed is gone for good."""

    slug = "destroyed-key"
    key: str
    version: int


@dataclass(eq=False, kw_only=True)
class KeyInUse(Refusal, ValueError):
    """The key cannot go yet: it is the newest of its kind or, to be destroyed, not yet retired."""

    slug = "key-in-use"
    key: str
    version: int


@dataclass(eq=False, kw_only=True)
class KeyNeeded(Refusal, ValueError):
    """The key cannot be destroyed: so many data keys, fingerprints or answers are under it."""

    slug = "key-needed"
    key: str
    version: int
    count: int


@dataclass(eq=False, kw_only=True)
class NoKeys(Refusal, LookupError):
    """There is no key ring at that place."""

    slug = "no-keys"
    place: str


@dataclass(eq=False, kw_only=True)
class KeysExist(Refusal, ValueError):
    """There is a key ring at that place already; it is never written over."""

    slug = "keys-exist"
    place: str


@dataclass(eq=False, kw_only=True)
class KeysReadOnly(Refusal, PermissionError):
    """The key ring cannot be changed where it is kept."""

    slug = "keys-read-only"
    place: str


@dataclass(eq=False, kw_only=True)
class OpenKeyFile(Refusal, PermissionError):
    """Others than its owner may read or write the key file; `mode` as chmod writes it."""

    slug = "open-key-file"
    place: str
    mode: str


@dataclass(eq=False, kw_only=True)
class UnreadableKeyFile(Refusal, PermissionError):
    """The operating system does not let the key file be read or written."""

    slug = "unreadable-key-file"
    place: str
    reason: str


@dataclass(eq=False, kw_only=True)
class BrokenKeyFile(Refusal, ValueError):
    """The key ring cannot be read: cut off or edited; `reason` is what is wrong or the place."""

    slug = "broken-key-file"
    place: str
    reason: str


@dataclass(eq=False, kw_only=True)
class WrongKey(Refusal, ValueError):
    """A key's secret is not the one that was made under this id."""

    slug = "wrong-key"
    place: str
    key: str
    version: int


@dataclass(eq=False, kw_only=True)
class ForeignKeys(Refusal, ValueError):
    """The key ring belongs to another register; both ids are UUIDs."""

    slug = "foreign-keys"
    place: str
    register: str
    expected: str


@dataclass(eq=False, kw_only=True)
class OtherKeyService(Refusal, ValueError):
    """The keys were wrapped by another key service than the one given; None: by none."""

    slug = "other-key-service"
    place: str
    service: str | None
    given: str | None


@dataclass(eq=False, kw_only=True)
class KeyServiceUnreachable(Refusal, RuntimeError):
    """The key service does not answer, or cannot serve now."""

    slug = "key-service-unreachable"
    service: str
    reason: str


@dataclass(eq=False, kw_only=True)
class KeyServiceRefused(Refusal, PermissionError):
    """The key service answered, and refused."""

    slug = "key-service-refused"
    service: str
    reason: str


@dataclass(eq=False, kw_only=True)
class NotInstalled(Refusal, RuntimeError):
    """A package that only some need is missing; `extra` of mintmark brings it."""

    slug = "not-installed"
    package: str
    extra: str
