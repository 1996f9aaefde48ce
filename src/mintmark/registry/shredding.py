"""Shred (粉碎) customers, keep some from it (法律保留), shred again what a restore brought back.

What is destroyed: the data key, without which nobody reads the sealed facts, those in backups
included; the sealed facts themselves; every row by which the customer could be found or known
again; the owner; attributes that no rule names; for whom and why their codes were held. What stays:
the codes, each a tombstone, with the attributes that explain them and that statistics need.
"""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mintmark.customer import FACTS
from mintmark.errors import (
    AlreadyShredded,
    NobodysCode,
    NoLegalHold,
    NotACode,
    UnderLegalHold,
    UnknownCode,
    UnknownCustomer,
    UnusableErasureList,
)
from mintmark.registry.erasures import ErasureList
from mintmark.store import Erasure, Known, LegalHold, Passport, Store, Work
from mintmark.store.events import LEGALLY_HELD, LEGALLY_RELEASED, SHREDDED, Event
from mintmark.text import canonical, clean

_NAMES_OTHERS = "owner"  # an employee, whom no statistics need
_OPEN = frozenset(fact for fact, kind in FACTS.items() if not kind.personal) - {_NAMES_OTHERS}

Whom = str | int  # a code however it is typed, or the inner number of a customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Doomed:
    """What shredding a customer would destroy, before it is done.

    `codes` are all that ever stood for the customer, `clears` the names of what would go, `stays`
    of what would not; `hold` stands against it; `erasure`: it was done already.
    """

    known: Known
    codes: tuple[str, ...]
    clears: tuple[str, ...]
    stays: tuple[str, ...]
    hold: LegalHold | None
    erasure: Erasure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shredded:
    """A customer who is shredded, and the codes that are tombstones; not `new`: was so before."""

    erasure: Erasure
    codes: tuple[str, ...]
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shredding:
    """The verbs on shredding and legal holds: `Register.erasures`.

    `named` tells which attributes the rules name.
    """

    store: Store
    listed: ErasureList
    named: Callable[[], Iterable[str]]
    now: Callable[[], datetime]
    actor: str

    @property
    def place(self) -> str:
        """Where the erasure list is."""
        return self.listed.place

    def every(self) -> list[Erasure]:
        """Give all erasures, the first ones first."""
        with self.store.transaction() as work:
            return work.erasures.every()

    def holds(self) -> list[LegalHold]:
        """Give all legal holds that stand, the oldest first."""
        with self.store.transaction() as work:
            return work.erasures.holds()

    # ------------------------------------------------------------ shred

    def preview(self, whom: Sequence[Whom]) -> list[Doomed]:
        """Tell what would be destroyed. Raises NotACode, UnknownCode, UnknownCustomer, NobodysCode.

        Nothing is destroyed, and a legal hold is told, not raised.
        """
        keep = self._keep()
        with self.store.transaction() as work:
            ids = inner_numbers(work, whom)
            known = work.customers.known(ids)
            codes = _codes(work, ids)
            holds = {one.customer: one for one in work.erasures.holds(ids)}
            gone = work.erasures.those(ids)
        return [
            _doomed(known[one], codes.get(one, []), keep, holds.get(one), gone.get(one))
            for one in ids
        ]

    def shred(
        self, whom: Sequence[Whom], *, reason: str, request: str | None = None
    ) -> list[Shredded]:
        """Shred customers, all or none; whoever is shredded already stays so, as it was told then.

        Raises UnderLegalHold, UnusableErasureList, and what `preview` does.
        """
        keep, now = self._keep(), self.now()
        with self.store.transaction() as work:
            work.erasures.alone()
            ids = inner_numbers(work, whom)
            standing = work.erasures.standing(ids, lock=True)
            codes = _codes(work, ids)
            _require_no_hold(work, ids, codes)
            new = {
                one.id: Erasure(
                    customer=one.id, added_at=one.added_at, at=now, actor=self.actor, reason=reason
                )
                for one in standing.values()
                if one.shredded_at is None
            }
            gone = work.erasures.those(ids)
            if new:
                told = Event(
                    at=now, actor=self.actor, verb=SHREDDED, reason=reason, request=request
                )
                work.events.add(_about(codes, inner, told) for inner in new)
                work.erasures.destroy(list(new.values()), keep=keep)
                work.erasures.note(None)  # of the lists of other machines none is in step any more
                # Last, so that nothing is listed that was refused; before the commit, so that
                # whatever is committed, and restored to before it one day, is listed.
                self.listed.append(list(new.values()))
        return [
            Shredded(
                erasure=new.get(inner) or gone[inner],
                codes=_texts(codes.get(inner, [])),
                new=inner in new,
            )
            for inner in ids
        ]

    # ------------------------------------------------------------ after a restore

    def replay(self) -> int:
        """Shred again what is listed and is there: an older backup was restored; tell how many.

        A legal hold that came back with the backup does not stand against it: it had ended when the
        customer was shredded. What other machines shredded is added to the list. Raises
        BrokenErasureList or UnusableErasureList.
        """
        digest = self.listed.digest()
        with self.store.transaction() as work:
            if work.erasures.replayed() == digest:
                return 0
        return self._replay(())

    def take_over(self, file: Path) -> int:
        """Shred what another machine's erasure list has for this register; tell how many.

        Raises what `replay` does.
        """
        return self._replay(ErasureList(file, self.listed.register).read())

    def _replay(self, more: Sequence[Erasure]) -> int:
        keep = self._keep()
        with self.store.transaction() as work:
            work.erasures.alone()
            own = self.listed.read()
            due = self._due(work, (*own, *more))
            if due:
                self._again(work, due, keep)
            own_keys = set(map(_key, own))
            lacking = [one for one in work.erasures.every() if _key(one) not in own_keys]
            if lacking:
                # Whoever may only read the list still opens the register, but takes over nothing.
                allowed = () if more else (UnusableErasureList,)
                with contextlib.suppress(*allowed):
                    self.listed.append(lacking)
            work.erasures.note(self.listed.digest())
        return len(due)

    @staticmethod
    def _due(work: Work, listed: Sequence[Erasure]) -> list[Erasure]:
        there = work.erasures.standing({one.customer for one in listed})
        found = {
            one.customer: one
            for one in listed
            if (standing := there.get(one.customer))
            and standing.added_at == one.added_at
            and standing.shredded_at is None
        }
        return list(found.values())

    def _again(self, work: Work, due: Sequence[Erasure], keep: Iterable[str]) -> None:
        now, ids = self.now(), sorted(one.customer for one in due)
        work.erasures.standing(ids, lock=True)
        codes = _codes(work, ids)
        for one in due:
            ended = work.erasures.release(
                [one.customer], at=now, actor=self.actor, reason=one.reason
            )
            for verb in (LEGALLY_RELEASED, SHREDDED) if ended else (SHREDDED,):
                told = Event(at=now, actor=self.actor, verb=verb, reason=one.reason)
                work.events.add([_about(codes, one.customer, told)])
        work.erasures.destroy(due, keep=keep)

    # ------------------------------------------------------------ legal holds

    def hold_legally(self, whom: Whom, *, reason: str) -> LegalHold:
        """Keep a customer from being shredded, until `release_legally`.

        Raises AlreadyShredded, UnderLegalHold (there is one), and what `preview` does.
        """
        with self.store.transaction() as work:
            [inner] = inner_numbers(work, [whom])
            standing = work.erasures.standing([inner], lock=True)[inner]
            codes = _codes(work, [inner])
            if standing.shredded_at is not None:
                raise AlreadyShredded(code=_shown(codes, inner), at=standing.shredded_at)
            _require_no_hold(work, [inner], codes)
            hold = LegalHold(customer=inner, since=self.now(), actor=self.actor, reason=reason)
            work.erasures.hold(hold)
            told = Event(at=hold.since, actor=hold.actor, verb=LEGALLY_HELD, reason=reason)
            work.events.add([_about(codes, inner, told)])
        return hold

    def release_legally(self, whom: Whom, *, reason: str) -> None:
        """End a customer's legal hold. Raises NoLegalHold, and what `preview` does."""
        now = self.now()
        with self.store.transaction() as work:
            [inner] = inner_numbers(work, [whom])
            codes = _codes(work, [inner])
            if not work.erasures.release([inner], at=now, actor=self.actor, reason=reason):
                raise NoLegalHold(code=_shown(codes, inner))
            told = Event(at=now, actor=self.actor, verb=LEGALLY_RELEASED, reason=reason)
            work.events.add([_about(codes, inner, told)])

    def _keep(self) -> frozenset[str]:
        """Give the open attributes that stay: Mintmark's own, and what a rule names."""
        return _OPEN | {name for name in self.named() if name not in FACTS}


Codes = dict[int, list[Passport]]  # the codes of customers, by inner number; the living one last


def _codes(work: Work, ids: Sequence[int]) -> Codes:
    codes: Codes = {}
    for one in work.codes.ever_of(ids):
        codes.setdefault(one.customer or 0, []).append(one)
    return codes


def inner_numbers(work: Work, whom: Sequence[Whom]) -> list[int]:
    """Give the inner numbers of those whom it is about, each once, in order.

    Raises NotACode, UnknownCode, UnknownCustomer or NobodysCode.
    """
    texts = [one for one in whom if isinstance(one, str)]
    passports = work.codes.those(map(canonical, texts))
    numbers = {one for one in whom if isinstance(one, int)}
    known = work.erasures.standing(numbers)
    ids = [
        _behind(passports.get(canonical(one)), one) if isinstance(one, str) else one for one in whom
    ]
    if unknown := sorted(numbers - set(known)):
        raise UnknownCustomer(customer=unknown[0])
    return list(dict.fromkeys(ids))


def _behind(passport: Passport | None, text: str) -> int:
    if passport is None:
        raise UnknownCode(code=clean(text)) if canonical(text) else NotACode(text=text)
    if passport.customer is None:
        raise NobodysCode(code=passport.text)
    return passport.customer


def _require_no_hold(work: Work, ids: Sequence[int], codes: Codes) -> None:
    for hold in work.erasures.holds(ids):
        raise UnderLegalHold(
            code=_shown(codes, hold.customer), reason=hold.reason, since=hold.since,
            actor=hold.actor,
        )  # fmt: skip


def _doomed(
    known: Known,
    codes: Sequence[Passport],
    keep: frozenset[str],
    hold: LegalHold | None,
    erasure: Erasure | None,
) -> Doomed:
    there = [fact for fact, value in known.customer.facts().items() if value]
    return Doomed(
        known=known,
        codes=_texts(codes),
        clears=tuple(fact for fact in there if fact not in keep),
        stays=tuple(fact for fact in there if fact in keep),
        hold=hold,
        erasure=erasure,
    )


def _about(codes: Codes, inner: int, event: Event) -> Event:
    """Give the event with the code of the customer whom it is about, if there is any."""
    if inner not in codes:
        return event
    code = codes[inner][-1]
    return replace(event, scope=code.scope, first=code.number, last=code.number, code=code.text)


def _key(one: Erasure) -> tuple[int, datetime]:
    return one.customer, one.added_at


def _texts(codes: Sequence[Passport]) -> tuple[str, ...]:
    return tuple(one.text for one in codes)


def _shown(codes: Codes, inner: int) -> str:
    """Give the code that people know a customer by, or else the inner number."""
    return codes[inner][-1].text if inner in codes else f"#{inner}"
