"""Take an import back whole (撤销): who came leaves, who was changed is as before.

Nothing is taken back that somebody has built on: a customer who was updated, coded or linked to
another system since, who is under a legal hold or shredded, stays. Numbers are treated as those of
a hold that is released: they come again first, so that the register goes on as if the import had
never been. But where others were given later numbers of the scope since, a number does not come
again after them: its code is void, and stays as its tombstone.

Each step is a unit of work. Whatever stops it, undoing again goes on with what is left.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from mintmark.errors import TooBusy, UnknownBatch, WrongStage
from mintmark.minting.returning import is_counted, number_of, take_back
from mintmark.progress import Progress
from mintmark.registry.batches import Batches
from mintmark.registry.registering import TRIES
from mintmark.registry.rotating import own_keys
from mintmark.store import Batch, Changed, Conflict, Passport, Store, Work, facts
from mintmark.store.batches import CANCELLED, FINISHED, PAUSED, RUNNING, UNDOING, UNDONE
from mintmark.store.events import RELEASED, VOIDED, Event
from mintmark.store.events import UNDONE as TAKEN_BACK
from mintmark.store.undoings import KEY_TAKEN
from mintmark.text import canonical

_STEP = 5000  # customers, or codes
_MANY = 20_000  # keys
Item = TypeVar("Item")
_UNDOABLE = {RUNNING, PAUSED, CANCELLED, FINISHED, UNDOING}


Step = Callable[[Work, list[Any]], "Undo | None"]  # a unit of work on customers, or on codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """A customer who stays as they are, and why: one of `store.undoings.REASONS`."""

    id: int
    code: str
    reason: str


@dataclass(slots=True, kw_only=True)
class Undo:
    """What taking an import back comes to.

    `leave`: customers whom it brought; `restored`: known ones who get back the facts they had;
    `void` and `released`: codes by scope (key → how many), `removed`: codes without a number of
    a scope; `held`: codes that are held again, as they were; `keys`: what it had learnt of known
    customers; `stays`: who stays as they are.
    """

    batch: Batch
    leave: int = 0
    restored: int = 0
    void: Counter[str] = field(default_factory=Counter)
    released: Counter[str] = field(default_factory=Counter)
    removed: int = 0
    held: int = 0
    keys: int = 0
    stays: dict[int, Stays] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Fate:
    """What becomes of codes."""

    void: list[Passport]
    released: list[Passport]
    removed: list[Passport]
    held: list[Passport]


@dataclass(slots=True)
class _Edges:
    """The highest number of each scope that others were given since, as far as was looked."""

    batch: Batch
    staying: list[int]
    _edges: dict[str, int] = field(default_factory=dict)
    _looked: dict[str, int] = field(default_factory=dict)

    def fate(self, work: Work, codes: Iterable[Passport], last: Mapping[str, int]) -> _Fate:
        """Tell what becomes of codes; `last`: the number at which each counter stands."""
        fate = _Fate([], [], [], [])
        counted: list[Passport] = []
        for code in codes:
            if code.holder is not None:
                fate.held.append(code)
            elif code.scope is None:
                fate.removed.append(code)
            elif code.by_hand or not is_counted(code.scope):
                fate.released.append(code)
            else:
                counted.append(code)
        self._look(work, {code.scope for code in counted if code.scope}, last)
        for code in counted:
            is_last = number_of(code) > self._edges.get(code.scope or "", -1)
            (fate.released if is_last else fate.void).append(code)
        return fate

    def _look(self, work: Work, scopes: Iterable[str], last: Mapping[str, int]) -> None:
        """Look where others have come; of a counter that has not moved on it is known."""
        moved = [one for one in scopes if self._looked.get(one, -2) != last.get(one, -1)]
        if not moved:
            return
        after = {scope: self._looked.get(scope, -1) for scope in moved}
        found = work.undoings.edges(
            self.batch.id, after, staying=self.staying, since=self.batch.started_at
        )
        for scope in moved:
            self._edges[scope] = max(self._edges.get(scope, -1), found.get(scope, -1))
            self._looked[scope] = last.get(scope, -1)


def plan_undo(store: Store, batch: int) -> Undo:
    """Tell what undoing an import would come to, and write nothing.

    Raises UnknownBatch, or WrongStage where it did not begin.
    """
    with store.transaction() as work:
        found = undoable(work, batch)
        undo = Undo(batch=found)
        if found.state == UNDONE:
            return undo
        reasons = work.undoings.staying(batch)
        created = work.undoings.created(batch)
        given = work.undoings.given(batch)
        reasons |= {inner: why for _, inner, why in given if why}
        undo.stays = _told(work, reasons)
        ours = set(created)
        undo.leave = len(ours.difference(reasons))
        undo.restored = len(set(work.changes.of_batch(batch)).difference(reasons, ours))
        undo.keys = work.undoings.learnt(batch)
        edges = _Edges(found, list(reasons))
        for codes in _codes(work, [one for one in created if one not in reasons], given):
            scopes = {code.scope for code in codes if code.scope}
            counters = work.counters.read(sorted(scopes))
            last = {scope: counter.last for scope, counter in counters.items()}
            _add(undo, edges.fate(work, codes, last))
        return undo


def _codes(
    work: Work, leaving: Sequence[int], given: Sequence[tuple[str, int, str | None]]
) -> Iterator[list[Passport]]:
    """Give the codes that are to go, a step at a time."""
    for ids in _steps(leaving):
        yield list(work.codes.of_customers(ids).values())
    for codes in _steps([code for code, _, why in given if why is None]):
        yield list(work.codes.those(codes).values())


@dataclass(slots=True, kw_only=True)
class Undoing:
    """An import on its way back: iterate over it for progress; `undo` tells how far it came."""

    store: Store
    batches: Batches
    now: Callable[[], datetime]
    actor: str
    batch: int
    reason: str
    undo: Undo

    def __iter__(self) -> Iterator[Progress]:
        self.batches.take(self.batch)
        try:
            yield from self._all()
        finally:
            self.batches.leave(self.batch)

    def _all(self) -> Iterator[Progress]:
        with self.store.transaction() as work:
            found = undoable(work, self.batch, lock=True)
            if found.state == UNDONE:
                return
            work.batches.undoing(self.batch, actor=self.actor, reason=self.reason)
            self.undo.batch = found
            changed, created = work.changes.of_batch(self.batch), work.undoings.created(self.batch)
            given = work.undoings.given(self.batch)
            reasons = work.undoings.staying(self.batch)
            reasons |= {inner: why for _, inner, why in given if why}
            self.undo.stays = _told(work, reasons)
        with self.store.transaction() as work:
            work.undoings.ready()
        edges = _Edges(found, list(reasons))
        ours = set(created)
        known = [inner for inner in changed if inner not in ours]
        codes = [code for code, _, why in given if why is None]
        total, done = len(known) + len(created) + len(codes), 0
        yield Progress(done=done, total=total)
        parts: list[tuple[list[Any], Step]] = [
            (known, self._restore),
            (created, lambda work, ids: self._remove(work, ids, edges)),
            (codes, lambda work, those: self._take_codes(work, those, edges)),
        ]
        for items, step in parts:
            for some in _steps(items):
                self._tried(step, some)
                done += len(some)
                yield Progress(done=done, total=total)
        while self._tried(self._forget, []):
            yield Progress(done=done, total=total)
        with self.store.transaction() as work:
            self._end(work)
        yield Progress(done=done, total=total)

    def _tried(self, step: Step, some: list[Any]) -> Undo | None:
        """Do one unit of work until it goes through, and add what came of it."""
        for _ in range(TRIES):
            try:
                with self.store.transaction() as work:
                    work.counters.take_time()
                    came = step(work, some)
            except Conflict:  # somebody else works on one of these customers
                continue
            if came is not None:
                _sum(self.undo, came)
            return came
        raise TooBusy(tries=TRIES)

    # ------------------------------------------------------------ one unit of work

    def _restore(self, work: Work, ids: list[int]) -> Undo:
        """Give known customers back the facts that they had."""
        work.erasures.standing(ids, lock=True)
        reasons = work.undoings.staying(self.batch, ids)
        left = [one for one in ids if one not in reasons]
        now, before = work.customers.known(left), work.changes.before(self.batch, left)
        had = own_keys(work, list(now.values()))
        wanted = {inner: [*facts.identity_keys(customer), facts.record_key(customer, 0)]
                  for inner, customer in before.items()}  # fmt: skip
        owners = work.customers.owners({key for keys in wanted.values() for key in keys})
        back: list[Changed] = []
        for inner, keys in wanted.items():
            theirs = [key for key in keys if owners.get(key, inner) != inner]
            if any(key.index == "id" for key in theirs):
                reasons[inner] = KEY_TAKEN
                continue
            free = [k for k in keys if k not in theirs and (k not in owners or k in had[inner])]
            back.append(
                Changed(
                    id=inner, before=now[inner].customer, customer=before[inner],
                    had=tuple(had[inner]), keys=tuple(free),
                )
            )  # fmt: skip
        work.changes.put_back(self.batch, back)
        return replace(self._blank(), restored=len(back), stays=_told(work, reasons))

    def _remove(self, work: Work, ids: list[int], edges: _Edges) -> Undo:
        """Let customers leave, and their codes with them."""
        work.erasures.standing(ids, lock=True)
        reasons = work.undoings.staying(self.batch, ids)
        leaving = [one for one in ids if one not in reasons]
        came = replace(self._blank(), leave=len(leaving), stays=_told(work, reasons))
        if not leaving:
            return came
        codes = list(work.codes.of_customers(leaving).values())
        self._end_codes(work, codes, edges, came)
        work.undoings.remove(leaving)
        work.changes.forget(self.batch, leaving)
        work.events.add([self._taken_back(len(leaving))])
        return came

    def _take_codes(self, work: Work, codes: list[str], edges: _Edges) -> Undo:
        """Take codes back that the import gave to known customers."""
        there = work.codes.those(codes)
        people = sorted({code.customer for code in there.values() if code.customer is not None})
        work.erasures.standing(people, lock=True)
        again = work.codes.those(codes, lock=True)
        gone = {one.customer for one in work.erasures.holds(people)} | {
            inner for inner, one in work.erasures.standing(people).items() if one.shredded_at
        }
        ours = [c for c in again.values() if c.batch == self.batch and c.state == "bound"]
        came = self._blank()
        self._end_codes(work, [c for c in ours if c.customer not in gone], edges, came)
        return came

    def _forget(self, work: Work, _: list[int]) -> Undo | None:
        count = work.undoings.forget_learnt(self.batch, most=_MANY)
        return replace(self._blank(), keys=count) if count else None

    def _end(self, work: Work) -> None:
        work.changes.forget(self.batch)
        work.batches.undone(self.batch, at=self.now())
        if not self.undo.leave:  # else it is told already
            work.events.add([self._taken_back(0)])
        if found := work.batches.get(self.batch):
            self.undo.batch = found

    # ------------------------------------------------------------ codes

    def _end_codes(self, work: Work, codes: Sequence[Passport], edges: _Edges, came: Undo) -> None:
        counters = work.counters.lock_known(sorted({c.scope for c in codes if c.scope}))
        work.counters.take_time()
        last = {scope: counter.last for scope, counter in counters.items()}
        fate = edges.fate(work, codes, last)
        now, who = self.now(), {"actor": self.actor, "reason": self.reason}
        if fate.void:
            work.undoings.void([canonical(c.text) for c in fate.void], at=now, **who)
        if fate.removed:
            work.codes.remove([canonical(c.text) for c in fate.removed])
        if fate.released:
            take_back(work, counters, fate.released, now=now, **who)
        if fate.held:
            work.undoings.unbind([canonical(c.text) for c in fate.held])
            work.counters.find_due(sorted({c.scope for c in fate.held if c.scope}))
        work.events.add([*self._events(VOIDED, fate.void),
                         *self._events(RELEASED, [*fate.released, *fate.removed])])  # fmt: skip
        _add(came, fate)

    def _taken_back(self, count: int) -> Event:
        """Tell it of each unit of work: after an undo was cut off, its end knows not of all."""
        return Event(
            at=self.now(), actor=self.actor, verb=TAKEN_BACK, count=count, reason=self.reason,
            batch=self.batch,
        )  # fmt: skip

    def _events(self, verb: str, codes: Sequence[Passport]) -> Iterator[Event]:
        by_scope: dict[str | None, list[Passport]] = {}
        for code in codes:
            by_scope.setdefault(code.scope, []).append(code)
        for scope, those in by_scope.items():
            numbers = [code.number for code in those if code.number is not None]
            yield Event(
                at=self.now(), actor=self.actor, verb=verb, scope=scope,
                first=min(numbers, default=None), last=max(numbers, default=None),
                count=len(those), code=those[0].text if len(those) == 1 else None,
                reason=self.reason, batch=self.batch,
            )  # fmt: skip

    def _blank(self) -> Undo:
        return Undo(batch=self.undo.batch)


def undoable(work: Work, batch: int, *, lock: bool = False) -> Batch:
    """Give a batch that was begun, so that it can be undone. Raises UnknownBatch, WrongStage."""
    found = work.batches.get(batch, lock=lock)
    if found is None:
        raise UnknownBatch(batch=batch)
    if found.state not in {*_UNDOABLE, UNDONE}:
        raise WrongStage(batch=batch, stage=found.state, deed="undo")
    return found


def _told(work: Work, reasons: Mapping[int, str]) -> dict[int, Stays]:
    codes = work.codes.of_customers(reasons) if reasons else {}
    return {
        inner: Stays(id=inner, code=codes[inner].text if inner in codes else "", reason=reason)
        for inner, reason in sorted(reasons.items())
    }


def _add(undo: Undo, fate: _Fate) -> None:
    undo.void.update(code.scope or "" for code in fate.void)
    undo.released.update(code.scope or "" for code in fate.released)
    undo.removed += len(fate.removed)
    undo.held += len(fate.held)


def _sum(undo: Undo, came: Undo) -> None:
    undo.leave += came.leave
    undo.restored += came.restored
    undo.void.update(came.void)
    undo.released.update(came.released)
    undo.removed += came.removed
    undo.held += came.held
    undo.keys += came.keys
    undo.stays |= came.stays


def _steps(items: Sequence[Item]) -> Iterator[list[Item]]:
    for start in range(0, len(items), _STEP):
        yield list(items[start : start + _STEP])
