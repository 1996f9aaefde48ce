"""The one place that knows every room and puts a register together."""

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime

from mintmark import settings
from mintmark.errors import NoKeys
from mintmark.jobs import KINDS
from mintmark.registry import Register
from mintmark.registry.adopting import adopt
from mintmark.store import Store, connected
from mintmark.vault import SUITES, KeyRing, Keys
from mintmark.vault import chosen as source_of


@contextlib.contextmanager
def open_register(
    place: str | os.PathLike[str] | None = None,
    *,
    create: bool = False,
    now: Callable[[], datetime] | None = None,
    dice: Callable[[int], int] = secrets.randbelow,
) -> Iterator[Register]:
    """Open the register in a folder or at a PostgreSQL URL, and close it at the end of the block.

    `place` defaults to MINTMARK_REGISTER, then DATABASE_URL, then the folder ``register``. With
    `create`, a register is made where there is none. `now` is the clock (aware datetimes; None: the
    server's), `dice` gives a number from 0 that nobody can guess, below the one it is given.

    Any number of processes may have the same register open. Raises NoRegister, Unreachable,
    ServerNotStarted, OldServer, WeakDurability, NewerRegister, WrongSetting, BrokenErasureList or
    UnusableErasureList.
    """
    chosen = settings.read(place)
    with connected(chosen, create=create) as store:
        now = now or store.clock.now
        store.sealing = keys = _keys(store, chosen, now)
        register = Register(
            store=store, settings=chosen, keys=keys, now=now, dice=dice,
            jobs={name: kind.read for name, kind in KINDS.items()},
        )  # fmt: skip
        with contextlib.closing(register):
            register.erasures.replay()  # before anything is served
            if not keys.locked:
                adopt(store)
            register.leases.settle()
            yield register


def _keys(store: Store, chosen: settings.Settings, now: Callable[[], datetime]) -> Keys:
    """Find the register's keys; a register that never had any gets them."""
    with store.transaction() as work:
        register, keyed = str(work.rules.register()), work.rules.are_keyed()
    path = chosen.keys(register)
    source = source_of(path, key_service=chosen.key_service, environ=os.environ)
    keys = Keys(source, register)
    if not keyed and (keys.locked is None or isinstance(keys.locked, NoKeys)):
        with store.transaction() as work:  # nobody else makes keys at the same time
            if work.rules.take_keys() and keys.locked:
                suite = SUITES[chosen.suite]
                source.create(KeyRing.made(register, at=now(), suite=suite))
        keys.refresh()
    with store.transaction() as work:
        if keys.locked is None and not work.keytables.noted():
            work.keytables.note(keys.ring.noted())
        keys.refresh(work.keytables.noted())
    return keys


def write_settings(place: str | os.PathLike[str] | None = None) -> None:
    """Write a settings file to begin with into a register's folder, unless there is one."""
    folder = settings.read(place).folder
    if folder is not None:
        settings.write(folder)
