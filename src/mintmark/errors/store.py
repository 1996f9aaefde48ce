"""What can be wrong with the place of the register."""

from dataclasses import dataclass

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class NoRegister(Refusal, LookupError):
    """There is no register at that place."""

    slug = "no-register"
    place: str


@dataclass(eq=False, kw_only=True)
class ServerNotStarted(Refusal, RuntimeError):
    """The embedded PostgreSQL did not come up."""

    slug = "server-not-started"
    folder: str
    reason: str


@dataclass(eq=False, kw_only=True)
class Unreachable(Refusal, RuntimeError):
    """The database does not answer."""

    slug = "unreachable"
    reason: str


@dataclass(eq=False, kw_only=True)
class DiskFull(Refusal, RuntimeError):
    """The disk is full where something is to be written: of a folder, or of the database server."""

    slug = "disk-full"
    place: str


@dataclass(eq=False, kw_only=True)
class OldServer(Refusal, RuntimeError):
    """The PostgreSQL server is too old."""

    slug = "old-server"
    version: str
    wanted: int


@dataclass(eq=False, kw_only=True)
class WeakDurability(Refusal, RuntimeError):
    """A setting of the server would let acknowledged codes be lost; `remedy` is SQL to run."""

    slug = "weak-durability"
    setting: str
    value: str
    source: str
    remedy: str


@dataclass(eq=False, kw_only=True)
class NewerRegister(Refusal, RuntimeError):
    """A newer Mintmark has already changed this register's tables."""

    slug = "newer-register"
    migration: str


@dataclass(eq=False, kw_only=True)
class WrongSetting(Refusal, ValueError):
    """A setting has a value that means nothing."""

    slug = "wrong-setting"
    setting: str
    value: str
