"""Requests that are repeated: whoever asks again with the same id is answered the same.

An answer is kept with what it answers, in one unit of work: so also whoever lost the connection in
the very commit may ask again. It is kept for thirty days.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from mintmark.errors import RequestReused
from mintmark.registry.outcome import Asked, Kept, Outcome, Record, Refused, Registered
from mintmark.store import Work
from mintmark.store.requests import Answered

KEPT_FOR = timedelta(days=30)
"""How long an answer is kept; the same id after that is another request."""


def earlier(
    work: Work, asked: Sequence[Asked], *, actor: str, now: datetime
) -> dict[int, Outcome | Kept]:
    """Give what was answered before to those who ask again, by their place."""
    wanted = {at: (actor, one.request) for at, one in enumerate(asked) if one.request is not None}
    if not wanted:
        return {}
    known = work.requests.those(list(set(wanted.values())))
    if old := [key for key, one in known.items() if one.at <= now - KEPT_FOR]:
        work.requests.remove(old)
    return {
        at: _again(work, asked[at], known[key])
        for at, key in wanted.items()
        if key in known and key not in old
    }


def answer(work: Work, actor: str, request: str, content: str, *, now: datetime) -> str | None:
    """Give the code that a request about a code was answered before. Raises RequestReused."""
    key = (actor, request)
    found = work.requests.those([key]).get(key)
    if found is None or found.at <= now - KEPT_FOR:
        work.requests.remove([key])
        return None
    if found.content not in _prints(work, content):
        raise RequestReused(request=request, codes=found.codes)
    return found.codes[0]


def twins(asked: Sequence[Asked]) -> dict[int, int]:
    """Give the places of requests that are in there before: place → that of the first."""
    first: dict[str, int] = {}
    found: dict[int, int] = {}
    for at, one in enumerate(asked):
        if one.request is not None and first.setdefault(one.request, at) != at:
            found[at] = first[one.request]
    return found


def like(one: Asked, other: Asked, outcome: Outcome | Kept) -> Outcome | Kept:
    """Give the answer to one request for another with the same id."""
    if _content(one) == _content(other):
        return outcome
    return Refused(refusal=RequestReused(request=other.request or "", codes=_codes(outcome)))


def keep(
    work: Work,
    answers: Sequence[tuple[Asked, Outcome | Kept]],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Keep what requests with an id were answered, unless they were refused."""
    if new := [
        Answered(
            actor=actor,
            id=one.request,
            content=fingerprint(work, _content(one)),
            codes=_codes(said),
            at=now,
        )
        for one, said in answers
        if one.request is not None and not isinstance(said, Refused)
    ]:
        work.requests.add(new)


def _again(work: Work, one: Asked, answered: Answered) -> Outcome | Kept:
    if answered.content not in _prints(work, _content(one)):
        return Refused(refusal=RequestReused(request=answered.id, codes=answered.codes))
    if isinstance(one, Record):
        code = next(iter(answered.codes), "")
        return Registered(code=code, customer=one.customer, new=False)
    return Kept(codes=answered.codes)


def _codes(said: Outcome | Kept) -> tuple[str, ...]:
    if isinstance(said, Kept):
        return said.codes
    return (said.code,) if isinstance(said, Registered) and said.code else ()


def fingerprint(work: Work, content: str) -> bytes:
    """Give what only a request for the same shares; it tells nothing of the content."""
    return _prints(work, content)[0]


def _prints(work: Work, content: str) -> list[bytes]:
    """Give the fingerprint under each index key, the newest first: answers are not made anew."""
    sealing = work.sealing
    return [sealing.blind("request", [content], version=v)[0] for v in sealing.blinding_versions]


def _content(one: Asked) -> str:
    """Give what is asked for: not why, nor until when, which is reckoned anew at each try."""
    if isinstance(one, Record):
        said = (*_facts(one.customer.facts()), one.code or "", str(one.numbered))
        said += tuple("=".join(external) for external in one.external)
    else:
        said = (*_facts(one.attributes.facts()), one.code or "", one.holder, str(one.count))
    return "\x1f".join((type(one).__name__, *said))


def _facts(given: Mapping[str, object]) -> list[str]:
    return [f"{name}={value}" for name, value in given.items()]
