"""Serve what is asked as one unit of work: check, decide, write, number last."""

import contextlib
import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NoReturn

from psycopg import Connection

from mintmark.errors import (
    CodeTaken,
    DiskFull,
    MissingFact,
    Refusal,
    TooBusy,
    Unreachable,
    WrongStage,
)
from mintmark.minting import ScopeFull
from mintmark.minting.verifying import repair
from mintmark.registry import repeating
from mintmark.registry.admit import Same
from mintmark.registry.deciding import (
    Decided,
    Keeping,
    Line,
    Ready,
    decide,
    outcomes_of,
    place_of,
)
from mintmark.registry.given import Find, read_given
from mintmark.registry.look import candidate_of
from mintmark.registry.outcome import Asked, Keep, Kept, Outcome, Record, Refused
from mintmark.registry.ruling import Ruling, the_rule
from mintmark.registry.writing import Writing, places_of
from mintmark.store import Conflict, CounterLags, Store, Work
from mintmark.store.batches import UNDOING
from mintmark.text import canonical

_MANY = 500  # requests
TRIES = 50  # each try that fails means that another writer got through


@dataclass(slots=True)
class Portion:
    """Rows of a file that an import registers in one unit of work; `customers`: who they are.

    These are inner numbers, in the order of `rows`; 0: refused.
    """

    batch: int
    rows: Sequence[int] = ()
    customers: list[int] = field(default_factory=list)


class RulesChanged(Exception):
    """Rules were published, withdrawn or extended since they were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registering:
    """The verbs that write codes, with the rules they go by.

    `ruling` gives the rules in force as last read, or, with True, reads them anew; `writing` who
    writes and when, with True carefully (see `Taking`); `find` finds codes of leases.
    """

    store: Store
    ruling: Callable[[bool], Ruling]
    writing: Callable[[bool], Writing]
    find: Find

    def serve(
        self,
        asked: Sequence[Asked],
        *,
        portion: Portion | None = None,
        keep_back: bool = False,
    ) -> list[Outcome | Kept]:
        """Serve all who can be, in one unit of work; give an outcome for each, in order.

        Uniqueness is the database's: where another writer was first, everything is looked at again;
        where somebody's code stands in the way, it is stepped over; where a counter lags behind
        its codes, it is repaired. Raises CodeTaken, or TooBusy after many tries; nothing is written
        then.
        """
        with unswept(len(asked)):
            return self._serve(asked, portion, keep_back=keep_back)

    def _serve(
        self, asked: Sequence[Asked], portion: Portion | None, *, keep_back: bool
    ) -> list[Outcome | Kept]:
        repeated = repeating.twins(asked)
        first = {at: one for at, one in enumerate(asked) if at not in repeated}
        doing = _Doing(self, portion, keep_back=keep_back)
        served = dict(zip(first, doing.all(list(first.values())), strict=True))
        for at, original in repeated.items():
            served[at] = repeating.like(asked[original], asked[at], served[original])
        return [served[at] for at in range(len(asked))]

    def forecast(self, asked: Sequence[Asked], *, keep_back: bool = False) -> list[Outcome | Kept]:
        """Tell what `serve` would give now, and write nothing: no promise, others mint too."""
        return self.foretell(asked, keep_back=keep_back)[0]

    def foretell(
        self,
        asked: Sequence[Asked],
        *,
        keep_back: bool = False,
        left: Mapping[str, int] | None = None,
    ) -> tuple[list[Outcome | Kept], list[int]]:
        """Tell what `serve` would give now, and the places of those who would be numbered.

        `left`: as if there were so many numbers left in these scopes.
        """
        writing = self.writing(False)
        lines = self.lines(asked, self.ruling(True), writing.actor)
        left = dict(left or {})
        with self.store.transaction() as work:
            while True:
                kept, decided = decide(
                    work, lines, self.find, keep_back=keep_back, now=writing.now, left=left
                )
                coded, short = _foreseen(work, writing, kept, decided)
                if not short:
                    return outcomes_of(kept, decided, coded), [*places_of(kept, decided)]
                left |= short

    def inside(
        self, connection: Connection[Any], asked: Asked, left: Mapping[str, int] | None = None
    ) -> Outcome | Kept:
        """Serve one inside a transaction of the caller's own, carefully."""
        writing = self.writing(True)
        lines = self.lines([asked], self.ruling(True), writing.actor)
        try:
            with self.store.inside(connection) as work:
                return self.write(work, writing, [asked], lines, left=left)[0]
        except ScopeFull as full:
            return self.inside(connection, asked, full.left)
        except CounterLags as lagging:
            if not self.mend(scope=lagging.scope):
                raise TooBusy(tries=1) from None
            return self.inside(connection, asked, left)

    def write(
        self,
        work: Work,
        writing: Writing,
        asked: Sequence[Asked],
        lines: dict[int, Line],
        *,
        portion: Portion | None = None,
        keep_back: bool = False,
        left: Mapping[str, int] | None = None,
    ) -> list[Outcome | Kept]:
        """Decide and write in a unit of work under way; `left`: see `decide`. Raises ScopeFull."""
        again = repeating.earlier(work, asked, actor=writing.actor, now=writing.now)
        lines, decided = decide(
            work, {**lines, **again}, self.find, keep_back=keep_back, now=writing.now, left=left
        )
        batch = portion.batch if portion else None
        customers = writing.add_customers(work, lines, decided, batch=batch)
        # Numbering comes last: from here to the commit the counters' rows are locked.
        coded = writing.add_codes(work, lines, decided, customers, batch=batch)
        if portion is not None:
            portion.customers = [_inner(at, decided, customers) for at in lines]
            _advance(work, portion, decided, now=writing.now)
        outcomes = outcomes_of(lines, decided, coded)
        fresh = [(asked[at], said) for at, said in enumerate(outcomes) if at not in again]
        repeating.keep(work, fresh, actor=writing.actor, now=writing.now)
        return outcomes

    def mend(self, *, scope: str = "", code: str = "") -> bool:
        """Repair the counter of a scope, or the one that lags behind a code; tell if it did."""
        writing = self.writing(False)
        with self.store.transaction() as work:
            standing = work.codes.get(code) if code else None
            if standing is not None and not standing.by_hand:
                scope = standing.scope or ""
            if not scope:
                return False
            return scope in repair(work, [scope], now=writing.now, actor=writing.actor)

    # ------------------------------------------------------------ check

    def lines(self, asked: Sequence[Asked], ruling: Ruling, actor: str) -> dict[int, Line]:
        """Check what needs no database."""
        return {at: self._line(one, ruling, actor) for at, one in enumerate(asked)}

    def _line(self, one: Asked, ruling: Ruling, actor: str) -> Line:
        try:
            if isinstance(one, Keep):
                return _keeping(one, ruling)
            if not one.customer.name:
                raise MissingFact(fact="name")
            if not one.numbered:
                return _uncoded(one, ruling)
            placed = ruling.placed(one.customer) if one.known is None else one.customer
            seat = ruling.seat(placed)
            customer = seat.customer(placed)
            candidate = candidate_of(customer, one.occurrence, one.external)
            if one.code is None:
                return Ready(
                    record=one, candidate=candidate, live=seat.live, scope=seat.scope(customer)
                )
            given = read_given(one.code, one.holder or actor, customer, seat.live, ruling)
            return Ready(record=one, candidate=candidate, live=seat.live, scope=None, given=given)
        except Refusal as refusal:
            return Refused(refusal=refusal)


def _foreseen(
    work: Work, writing: Writing, lines: Mapping[int, Line], decided: Decided
) -> tuple[dict[int, tuple[str, ...]], dict[str, int]]:
    """Tell the codes of lines, and how many numbers there are in scopes with too few of them."""
    given = {at: one.text for at, line in lines.items()
             if (one := getattr(line, "given", None)) and decided.grants(at, line)}  # fmt: skip
    wanted = places_of(lines, decided)
    flat = [place for places in wanted.values() for place in places]
    chosen = frozenset(map(canonical, given.values()))
    coming = replace(writing.taking, chosen=chosen).foresee(work, flat)
    found = Counter(place.scope.key for place, one in zip(flat, coming, strict=True) if one)
    short = {place.scope.key: found[place.scope.key]
             for place, one in zip(flat, coming, strict=True) if one is None}  # fmt: skip
    texts = iter(one.text if one else "" for one in coming)
    coded = {at: tuple(next(texts) for _ in places) for at, places in wanted.items()}
    return {**coded, **{at: (text,) for at, text in given.items()}}, short


def advance(work: Work, batch: int, *, done: int, coded: int, now: datetime) -> None:
    """Note how far an import has come. Raises WrongStage if it is being taken back."""
    if not work.batches.advance(batch, done=done, coded=coded, at=now):
        raise WrongStage(batch=batch, stage=UNDOING, deed="resume")


def _advance(work: Work, portion: Portion, decided: Decided, *, now: datetime) -> None:
    new = sum(inner is None for inner in decided.to_code.values())
    advance(work, portion.batch, done=len(portion.customers), coded=new, now=now)
    if portion.rows:
        work.batches.note(portion.batch, portion.rows, portion.customers)


def _inner(at: int, decided: Decided, customers: Mapping[int, int]) -> int:
    """Give the inner number of a line's customer, 0 where it was refused."""
    decision = decided.decisions.get(at)
    if not isinstance(decision, Same):
        return customers.get(at, 0)
    person = decision.person
    return person.id or customers.get(decided.order[place_of(person)], 0)


def _keeping(one: Keep, ruling: Ruling) -> Keeping:
    if one.code is None:
        live, scope = ruling.goal(one.attributes)
        return Keeping(keep=one, live=live, scope=scope)
    live = the_rule(ruling.rules, one.attributes.facts())
    given = read_given(one.code, one.holder, one.attributes, live, ruling)
    return Keeping(keep=one, live=live, scope=None, given=given)


def _uncoded(one: Record, ruling: Ruling) -> Ready:
    """Give a record to be kept without a code; a rule only says how its values are named."""
    placed = ruling.placed(one.customer)
    seat = ruling.seat(placed)
    candidate = candidate_of(seat.customer(placed), one.occurrence, one.external)
    return Ready(record=one, candidate=candidate, live=seat.live, scope=None)


@contextlib.contextmanager
def unswept(count: int) -> Iterator[None]:
    """Keep the garbage collector away while very many objects are made, of which none is garbage.

    It would look at all of them time and again, and take half of the time of a large batch.
    """
    if count < _MANY or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(slots=True)
class _Doing:
    """One unit of work, tried until it goes through."""

    registering: Registering
    portion: Portion | None
    keep_back: bool
    careful: bool = False

    def all(self, asked: list[Asked]) -> list[Outcome | Kept]:
        ruling = self.registering.ruling(False)
        left: dict[str, int] = {}
        tries = 0
        while tries < TRIES:
            try:
                return self._once(asked, ruling, left)
            except RulesChanged:
                ruling = self.registering.ruling(True)
            except ScopeFull as full:
                left |= full.left
            except CodeTaken as taken:
                if self.careful:
                    raise
                self.careful = not self.registering.mend(code=taken.code)
            except CounterLags as lagging:
                tries += 1
                self.careful |= not self.registering.mend(scope=lagging.scope)
            except Conflict:
                tries += 1
        raise TooBusy(tries=TRIES)

    def _once(
        self, asked: list[Asked], ruling: Ruling, left: Mapping[str, int]
    ) -> list[Outcome | Kept]:
        writing = self.registering.writing(self.careful)
        lines = self.registering.lines(asked, ruling, writing.actor)
        try:
            with self.registering.store.transaction() as work:
                said = self.registering.write(
                    work, writing, asked, lines,
                    portion=self.portion, keep_back=self.keep_back, left=left,
                )  # fmt: skip
                if work.edition != ruling.edition:
                    _look_again()
        except (Unreachable, DiskFull):
            raise  # it may have been in the very commit: the numbers may be used
        except BaseException:
            writing.blocks.put_back(writing.drawn)
            raise
        return said


def _look_again() -> NoReturn:
    raise RulesChanged
