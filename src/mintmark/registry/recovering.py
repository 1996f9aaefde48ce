"""Recover a lost code (找回): from whatever is remembered to ranked candidates, with evidence.

What is remembered becomes keys, first those of what was said, then those of everything one slip
away (`match.wanted`); one query counts who shares them; the best few hundred are unsealed and
scored. The answer is always a list: families share phones, and half of all Chinese names have a
namesake.

A code, or part of one, is looked up beside: what was issued and differs by one slip of the
keyboard, by characters that look alike, or has the part in it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mintmark.errors import NothingToGoOn, UnknownFact
from mintmark.match import Asked, Recalled, Remembered, rank, wanted
from mintmark.registry.lookup import Found, explained
from mintmark.registry.rulebook import Rulebook
from mintmark.rule.parse import alikes, slips
from mintmark.store import Known, Store, Work
from mintmark.text import canonical, clean

_FACTS = ("name", "phone", "email", "id_number", "address")
_BEST = 300  # customers that are unsealed and scored
_LONGEST = 40  # characters of a code for which slips are looked up
_PART = 3  # characters of a code that are looked for inside of codes
_CODES = 200  # codes with a part in them that are looked at
_OF_CODE = {"same-code": 97.0, "one-slip-in-code": 80.0, "part-of-code": 45.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """A candidate: the code and whom it stands for, and how well that fits what is remembered.

    `points` 0 to 100; `grade` certain, probable or possible; `evidence` as slugs.
    """

    found: Found
    points: float
    grade: str
    evidence: tuple[str, ...]


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
        with self.store.transaction() as work:
            by_code = dict(_by_code(work, part, alone=not has_facts)) if part else {}
            known = {one.id: one for one in _by_facts(work, remembered)} if has_facts else {}
            known |= work.customers.known(by_code.keys() - known.keys() - {None})
            ranked = _ranked(remembered, known, by_code)[:limit]
            passports = work.codes.of_customers([inner for inner, _ in ranked])
        pairs = [(passports.get(inner), known[inner].customer) for inner, _ in ranked]
        found = explained(pairs, self.rulebook)
        return [
            Recovered(found=one, points=r.points, grade=r.grade, evidence=r.evidence)
            for one, (_, r) in zip(found, ranked, strict=True)
        ]


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


def _has_facts(remembered: Remembered) -> bool:
    return any((remembered.name, remembered.phone, remembered.email, remembered.id_number))


def _by_facts(work: Work, remembered: Remembered) -> Iterable[Known]:
    """Give whoever shares keys; slips are thought of unless somebody fits without."""
    asked, known = Asked.of(remembered), dict[int, Known]()
    for keys in wanted(remembered):
        ids = work.customers.resembling(keys, limit=_BEST)
        known |= work.customers.known(set(ids) - known.keys())
        ranked = rank(asked, [one.customer for one in known.values()])
        if ranked and ranked[0][1].grade != "possible":
            break
    return known.values()


def _by_code(work: Work, part: str, *, alone: bool) -> Iterator[tuple[int, str]]:
    """Give the customers of codes that are like what was typed, each with the evidence."""
    seen: dict[int, str] = {}
    for evidence, codes in _like(part, work, alone=alone):
        for passport in work.codes.those(codes).values():
            if passport.customer is not None:
                seen.setdefault(passport.customer, evidence)
    yield from seen.items()


def _like(part: str, work: Work, *, alone: bool) -> Iterator[tuple[str, list[str]]]:
    yield "same-code", [part]
    if len(part) <= _LONGEST:
        yield "one-slip-in-code", list(dict.fromkeys((*slips(part), *alikes(part))))
    if len(part) >= _PART and alone:  # beside facts it tells candidates apart, see `_ranked`
        yield "part-of-code", work.codes.with_part(part, limit=_CODES)


def _ranked(
    remembered: Remembered, known: dict[int, Known], by_code: dict[int, str]
) -> list[tuple[int, Recalled]]:
    ids = list(known)
    ranked = rank(Asked.of(remembered), [known[inner].customer for inner in ids])
    found = [(ids[place], _with_code(r, by_code.get(ids[place]))) for place, r in ranked]
    return sorted(found, key=lambda pair: -pair[1].points) if by_code else found


def _with_code(recalled: Recalled, evidence: str | None) -> Recalled:
    if evidence is None:
        return recalled
    doubt = (1 - recalled.points / 100) * (1 - _OF_CODE[evidence] / 100)
    grade = recalled.grade
    if evidence == "same-code":
        grade = "certain"
    elif evidence == "one-slip-in-code" and grade == "possible":
        grade = "probable"
    return Recalled(
        points=round(100 * (1 - doubt), 2), grade=grade, evidence=(evidence, *recalled.evidence)
    )
