"""Recover a lost code (找回): from whatever is remembered to ranked candidates, with evidence.

What is remembered becomes keys, first those of what was said, then those of everything one slip
away (`match.wanted`); one query counts who shares them; the best few hundred are unsealed and
scored. The answer is always a list: families share phones, and half of all Chinese names have a
namesake.

A code, or part of one, is looked up beside: what was issued and differs by one slip of the
keyboard, by characters that look alike, or has the part in it. A code that nobody has yet, or has
any more, is a candidate, too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from mintmark.errors import NothingToGoOn, UnknownFact
from mintmark.match import Asked, Recalled, Remembered, score, wanted
from mintmark.match.recalling import Grade, in_order
from mintmark.registry.lookup import Found, explained
from mintmark.registry.rulebook import Rulebook
from mintmark.registry.slips import Slip, slip_of
from mintmark.rule import Rule
from mintmark.rule.parse import alikes, parser_of, slips
from mintmark.store import Known, Passport, Store, Work
from mintmark.text import canonical, clean, narrow

_ID_NUMBER = re.compile(r"\d{15}|\d{17}[\dXx]|[159YN][0-9A-HJ-NPQRTUWXY]{17}")
_PHONE = re.compile(r"\+?[\d?*()\s-]*[\d?][\d?*()\s-]*")
_FACTS = ("name", "phone", "email", "id_number", "address")
_BEST = (60, 150)  # customers of each stage that are unsealed and scored
_AMONG = 5000  # customers whose codes are looked at for a part
_LONGEST = 40  # characters of a code for which slips are looked up
_PART = 3  # characters of a code that are looked for inside of codes
_CODES = 200  # codes with a part in them that are looked at
_OF_CODE = {"same-code": 97.0, "one-slip-in-code": 80.0, "part-of-code": 45.0}
_GRADES: dict[str, Grade] = {
    "same-code": "certain", "one-slip-in-code": "probable", "part-of-code": "possible"
}  # fmt: skip
_BETTER: tuple[Grade, ...] = ("certain", "probable", "possible")
Scored = dict[int, tuple[Known, Recalled]]  # by inner number


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """A candidate: the code and whom it stands for, and how well that fits what is remembered.

    `points` 0 to 100; `grade` certain, probable or possible; `evidence` as slugs; `slip`: how the
    code that was said differs from one that was issued. Of a code that is held, nobody is found.
    """

    found: Found
    points: float
    grade: str
    evidence: tuple[str, ...]
    slip: Slip | None = None


@dataclass(frozen=True, slots=True)
class _Like:
    """A code that was issued, and how it is like the one that was said."""

    passport: Passport
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovering:
    """Looks for whoever fits best."""

    store: Store
    rulebook: Rulebook

    def recover(
        self, remembered: Remembered, *, code: str | None = None, limit: int
    ) -> list[Recovered]:
        """Give the best candidates, the best first. Raises NothingToGoOn."""
        part = canonical(code or "")
        has_facts = _has_facts(remembered)
        if not part and not has_facts:
            raise NothingToGoOn
        with self.store.reading() as work:
            self.rulebook.keep_up(work)  # or one would search under a key that is gone
            alike = list(_by_code(work, part, alone=not has_facts)) if part else []
            by_code = {
                c: one for one in reversed(alike) if (c := one.passport.customer) is not None
            }
            asked = Asked.of(remembered)
            scored = _by_facts(work, remembered, asked, part) if has_facts else {}
            scored |= _scored(asked, work.customers.known(by_code.keys() - scored.keys()))
            by_code = {inner: one for inner, one in by_code.items() if inner in scored}
            known = {inner: one for inner, (one, _) in scored.items()}
            ranked = [one for one in _ranked(scored, by_code, part) if one[1].evidence]
            ranked = ranked[:limit]
            passports = work.codes.of_customers([inner for inner, _ in ranked])
        pairs = [(passports.get(inner), known[inner].customer) for inner, _ in ranked]
        rules = self.rulebook.rules_by_id() if alike else {}
        candidates = [
            _recovered(replace(found, id=inner), recalled, by_code.get(inner), part, rules)
            for found, (inner, recalled) in zip(
                explained(pairs, self.rulebook), ranked, strict=True
            )
        ]
        held = [one for one in alike if one.passport.customer is None]
        shown = explained([(one.passport, None) for one in held], self.rulebook)
        candidates += [
            _recovered(found, _of_code(one.evidence), one, part, rules)
            for found, one in zip(shown, held, strict=True)
        ]
        return sorted(candidates, key=lambda one: -one.points)[:limit] if part else candidates


def remembered_of(
    facts: Mapping[str, str], attributes: Mapping[str, str], *, country: str
) -> Remembered:
    """Take down what somebody remembers. Raises UnknownFact.

    >>> remembered_of({"name": " 章炜 ", "phone": ""}, {}, country="CN").name
    '章炜'
    """
    if strange := facts.keys() - set(_FACTS):
        raise UnknownFact(fact=min(strange), known=_FACTS)
    given = {fact: clean(text) for fact, text in facts.items() if clean(text)}
    return Remembered(country=country, attributes=tuple(attributes.items()), **given)


def guess(text: str, rules: Iterable[Rule]) -> str:
    """Tell what a bare text looks like: email, id_number, phone, code, or else a name.

    >>> [guess(text, ()) for text in ("张伟", "4587", "138****4587", "zw@qq.com", "ngz2022-1")]
    ['name', 'phone', 'phone', 'email', 'code']
    """
    plain = narrow(text).strip()
    if "@" in plain:
        return "email"
    if _ID_NUMBER.fullmatch(plain):
        return "id_number"
    if _PHONE.fullmatch(plain):
        return "phone"
    has_digit = any(map(str.isdigit, plain))
    is_shaped = any(parser_of(rule).shape(plain) is not None for rule in rules)
    return "code" if has_digit or is_shaped else "name"


def _has_facts(remembered: Remembered) -> bool:
    return any((remembered.name, remembered.phone, remembered.email, remembered.id_number))


def _by_facts(work: Work, remembered: Remembered, asked: Asked, part: str) -> Scored:
    """Give whoever shares keys; slips are thought of unless somebody fits without."""
    scored: Scored = {}
    for best, keys in zip(_BEST, wanted(remembered), strict=True):
        ids = work.customers.resembling(keys, limit=_AMONG if part else best)
        if part:  # of thousands of namesakes, those whose code has the part in it come first
            with_part = work.codes.with_part_of(part, ids)
            ids = sorted(ids, key=lambda inner: inner not in with_part)[:best]
        known = work.customers.known(set(ids) - scored.keys(), coded=bool(part))
        scored |= _scored(asked, known)
        if any(recalled.suffices for _, recalled in scored.values()):
            break
    return scored


def _scored(asked: Asked, known: Mapping[int, Known]) -> Scored:
    return {inner: (one, score(asked, one.customer)) for inner, one in known.items()}


def _by_code(work: Work, part: str, *, alone: bool) -> Iterator[_Like]:
    """Give the codes that are like what was typed, those most alike first, each once."""
    seen: set[str] = set()
    for evidence, codes in _like(part, work, alone=alone):
        for text, passport in work.codes.those(codes).items():
            if text not in seen:
                seen.add(text)
                yield _Like(passport, evidence)


def _like(part: str, work: Work, *, alone: bool) -> Iterator[tuple[str, list[str]]]:
    yield "same-code", [part]
    if len(part) <= _LONGEST:
        yield "one-slip-in-code", list(dict.fromkeys((*slips(part), *alikes(part))))
    if len(part) >= _PART and alone:  # beside facts it tells candidates apart, see `_ranked`
        yield "part-of-code", work.codes.with_part(part, limit=_CODES)


def _ranked(scored: Scored, by_code: Mapping[int, _Like], part: str) -> list[tuple[int, Recalled]]:
    """Rank by facts first, then by what the codes say."""
    ids = list(scored)
    ranked = in_order((known.customer, recalled) for known, recalled in scored.values())
    found = [(ids[place], recalled) for place, recalled in ranked]
    if not part:
        return found
    found = [(i, _with_code(r, _evidence(scored[i][0], by_code.get(i), part))) for i, r in found]
    return sorted(found, key=lambda pair: -pair[1].points)


def _evidence(known: Known, like: _Like | None, part: str) -> str:
    if like is not None:
        return like.evidence
    return "part-of-code" if len(part) >= _PART and part in canonical(known.code or "") else ""


def _with_code(recalled: Recalled, evidence: str) -> Recalled:
    """Give what facts and code say together."""
    if not evidence:
        return recalled
    doubt = (1 - recalled.points / 100) * (1 - _OF_CODE[evidence] / 100)
    return Recalled(
        points=round(100 * (1 - doubt), 2),
        grade=min(recalled.grade, _GRADES[evidence], key=_BETTER.index),
        evidence=(evidence, *recalled.evidence),
    )


def _of_code(evidence: str) -> Recalled:
    """Give what a code says that nobody has."""
    return _with_code(Recalled(points=0.0, grade="possible", evidence=()), evidence)


def _recovered(
    found: Found, recalled: Recalled, like: _Like | None, part: str, rules: Mapping[int, Rule]
) -> Recovered:
    slip = None
    if like is not None and like.evidence == "one-slip-in-code":
        slip = slip_of(part, like.passport.text, rules.get(like.passport.rule or 0))
    return Recovered(
        found=found, points=recalled.points, grade=recalled.grade, evidence=recalled.evidence,
        slip=slip,
    )  # fmt: skip
