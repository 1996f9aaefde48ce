"""The one place that knows every room and puts a register together."""

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from mintmark import settings
from mintmark.registry import Register
from mintmark.store import connected


def _clock() -> datetime:
    return datetime.now(UTC)


@contextlib.contextmanager
def open_register(
    place: str | os.PathLike[str] | None = None,
    *,
    create: bool = False,
    now: Callable[[], datetime] = _clock,
    dice: Callable[[int], int] = secrets.randbelow,
) -> Iterator[Register]:
    """Open the register in a folder or at a PostgreSQL URL, and close it at the end of the block.

    `place` defaults to MINTMARK_REGISTER, then DATABASE_URL, then the folder ``register``. With
    `create`, a register is made where there is none. `now` is the clock (aware datetimes), `dice`
    gives a number from 0 that nobody can guess, below the one it is given.

    Any number of processes may have the same register open. Raises NoRegister, Unreachable,
    ServerNotStarted, OldServer, WeakDurability, NewerRegister or WrongSetting.
    """
    chosen = settings.read(place)
    with connected(chosen, create=create) as store:
        register = Register(store=store, settings=chosen, now=now, dice=dice)
        with contextlib.closing(register):
            register.leases.settle()
            yield register


def write_settings(place: str | os.PathLike[str] | None = None) -> None:
    """Write a settings file to begin with into a register's folder, unless there is one."""
    folder = settings.read(place).folder
    if folder is not None:
        settings.write(folder)
