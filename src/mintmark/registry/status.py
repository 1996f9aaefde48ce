"""How the register stands."""

from dataclasses import dataclass
from datetime import datetime

from mintmark.errors import Refusal
from mintmark.registry.rulebook import Rulebook
from mintmark.store import Batch, Published, Store
from mintmark.store.counters import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the register stands; `locked`: why what is sealed cannot be opened."""

    place: str
    server: str
    rules: list[Published]
    customers: int
    codes: int
    unbound: int
    void: int
    fullest: list[Usage]
    batches: list[Batch]
    locked: Refusal | None = None


def status_of(
    store: Store,
    rulebook: Rulebook,
    *,
    place: str,
    now: datetime,
    scopes: int,
    batches: int,
    locked: Refusal | None,
) -> Status:
    """Tell how the register stands: with so many of the fullest scopes, of the last imports."""
    rules = rulebook.current()
    with store.transaction() as work:
        every, bound, void = work.codes.count()
        return Status(
            place=place,
            server=store.server_version(),
            rules=rules,
            customers=work.customers.count(),
            codes=every,
            unbound=every - bound - void,
            void=void,
            fullest=work.counters.fullest(scopes, now=now),
            batches=work.batches.recent(batches),
            locked=locked,
        )
