"""The verbs on single codes: bind, release, void."""

from datetime import date, datetime

from mintmark.errors import CodeVoid, NotACode, NotHeld, UnknownCode
from mintmark.minting.returning import end_holds
from mintmark.registry import repeating
from mintmark.registry.given import Find, not_bindable
from mintmark.store import Passport, Store, Work, facts
from mintmark.store.events import RELEASED, VOIDED, Event
from mintmark.store.requests import Answered
from mintmark.text import canonical, clean


def attributes_of(
    store: Store, code: str, holder: str, now: datetime, find: Find, *, is_repeatable: bool
) -> dict[str, str | date]:
    """Give the attributes that a held or leased code was minted with; of an unknown code none.

    Raises what stands against binding it for the holder; but if the request `is_repeatable`, it may
    be what bound the code.
    """
    with store.transaction() as work:
        passport = work.codes.get(canonical(code))
        lent = None if passport else find(work, code)
    if passport is None:
        return lent.attributes if lent else {}
    refusal = not_bindable(passport, holder, now)
    if refusal is not None and not (is_repeatable and passport.attributes is not None):
        raise refusal
    return facts.unpack_open(passport.attributes or {})


def release(
    store: Store, code: str, *, reason: str | None, request: str | None, now: datetime, actor: str
) -> str:
    """End a hold: its number comes again first. Give the code.

    Raises UnknownCode, NotHeld or RequestReused.
    """
    with store.transaction() as work:
        content = f"release\x1f{canonical(code)}"
        if request and (before := repeating.answer(work, actor, request, content, now=now)):
            return before
        passport = _locked(work, code)
        if passport.state != "held":
            raise NotHeld(code=passport.text, state=passport.state)
        end_holds(work, [passport], verb=RELEASED, reason=reason, now=now, actor=actor)
        if request:
            said = (passport.text,)
            answered = Answered(
                actor=actor,
                id=request,
                content=repeating.fingerprint(work, content),
                codes=said,
                at=now,
            )
            work.requests.add([answered])
    return passport.text


def void(store: Store, code: str, *, reason: str, now: datetime, actor: str) -> Passport:
    """End a code's life; its row stays and its number is never used again.

    Raises UnknownCode or CodeVoid.
    """
    with store.transaction() as work:
        passport = _locked(work, code)
        if passport.state == "void":
            raise CodeVoid(code=passport.text, reason=passport.reason or "")
        ended = passport._replace(voided_at=now, voided_by=actor, reason=reason)
        work.codes.void(canonical(passport.text), reason=reason, at=now, actor=actor)
        work.events.add([
            Event(
                at=now, actor=actor, verb=VOIDED, scope=passport.scope, first=passport.number,
                last=passport.number, code=passport.text, reason=reason,
            )
        ])  # fmt: skip
    return ended


def _locked(work: Work, code: str) -> Passport:
    """Find a code and lock it; its scope later, as everybody does who brings a code along."""
    if not canonical(code):
        raise NotACode(text=code)
    found = work.codes.those([canonical(code)], lock=True)
    if not found:
        raise UnknownCode(code=clean(code))
    return found[canonical(code)]
