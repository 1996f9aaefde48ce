"""Back-fill: codes for customers who have none, in a chosen order, a step at a time.

A step is a unit of work; whoever is coded is coded. So it can be stopped at any time and run again:
it goes on with those who still have none.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from mintmark.errors import UnknownFact
from mintmark.progress import Progress
from mintmark.registry.outcome import Outcome, Record, Refused, Registered
from mintmark.store import Known, Store
from mintmark.store.customers import ORDERS

_STEP = 1000


@dataclass(slots=True, kw_only=True)
class Backfill:
    """A back-fill under way: iterate over it for progress, then ask what became of whom.

    `coded` counts the new codes; `first` and `last` are the ends; `refused`: why not, by the slug
    of the refusal, and `examples` one refusal of each.
    """

    store: Store
    serve: Callable[[Sequence[Record]], Sequence[Outcome]]
    order: tuple[str, ...]
    at_once: bool = False
    coded: int = 0
    first: str = ""
    last: str = ""
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Refused] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for by in self.order:
            if by not in ORDERS:
                raise UnknownFact(fact=by, known=tuple(ORDERS))

    def __iter__(self) -> Iterator[Progress]:
        with self.store.transaction() as work:
            waiting = work.customers.without_code(self.order)
        yield Progress(done=0, total=len(waiting))
        size = len(waiting) if self.at_once else _STEP
        for start in range(0, len(waiting), size or 1):
            step = waiting[start : start + size]
            with self.store.transaction() as work:
                known = work.customers.known(step)
            there = [known[inner] for inner in step if inner in known]
            self._note(self.serve([_record(one) for one in there if not one.shredded_at]))
            yield Progress(done=min(start + size, len(waiting)), total=len(waiting))

    def _note(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Registered):
                self.coded += 1
                self.first = self.first or outcome.code
                self.last = outcome.code
            else:
                self.refused[outcome.refusal.slug] += 1
                self.examples.setdefault(outcome.refusal.slug, outcome)


def _record(known: Known) -> Record:
    return Record(customer=known.customer, known=known.id)
