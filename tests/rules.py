"""Random rules and all the codes that they spell, counted out one by one."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import product
from typing import Any, NamedTuple

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from mintmark.errors import Refusal
from mintmark.rule import Rule, define, scope_of
from mintmark.rule.proof.prove import prove
from mintmark.rule.segments import Check, Coded, Initials, Literal, Random, Sequence
from mintmark.rule.spell import check_of, shown_as
from mintmark.text import canonical

# Proofs take as long as they take, and many random rules are none.
UNHURRIED = settings(
    max_examples=settings().max_examples // 2,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

# A few days each: over a leap day, a year's end in the middle of a week, a fiscal year's end.
FEW_DAYS = [
    (date(2024, 2, 28), date(2024, 3, 1)),
    (date(2023, 12, 30), date(2024, 1, 2)),
    (date(2024, 3, 31), date(2024, 4, 1)),
    (date(2026, 1, 5), date(2026, 1, 5)),
]
FORMATS = ["YYYYMMDD", "YYMM", "YY", "Y", "MMDD", "DD", "D1", "ML", "GGWW", "Q", "DDD", "FYY"]
NAMES = [*"ABCXYZ", "1", "张伟"]


class Spelt(NamedTuple):
    """A code, whose it is, and what of it each segment wrote."""

    scope: str
    number: int
    code: str
    parts: tuple[str, ...]
    customer: dict[str, Any]


def numbers(rule: Rule) -> range:
    """All numbers of a scope, others' included."""
    number = rule.number
    if isinstance(number, Sequence):
        return range(number.first, number.last + 1, number.step)
    return range(number.capacity)


def customers(rule: Rule) -> Iterator[dict[str, Any]]:
    """Everybody whom the rule can number: each value, each day, a few names."""
    first, last = rule.terms.earliest, rule.terms.latest
    days = [first + timedelta(n) for n in range((last - first).days + 1)] if last else []
    every: dict[str, list[Any]] = {}
    for name in rule.attributes:
        if name in rule.tables:
            every[name] = [entry.name for entry in rule.tables[name].entries]
        else:
            every[name] = days if name in rule.dated else NAMES
    for values in product(*every.values()):
        yield dict(zip(every, values, strict=True))


def salts(rule: Rule) -> list[str]:
    """All random characters that may stand beside a number."""
    beside = [s for s in rule.segments if isinstance(s, Random) and s is not rule.number]
    spelt = (map(s.numerals.spell, range(s.capacity)) for s in beside)
    return ["".join(each) for each in product(*spelt)]


def parts_of(rule: Rule, customer: Mapping[str, Any], number: int, salt: str) -> tuple[str, ...]:
    """What each segment writes, in canonical form."""
    today, parts = rule.terms.latest or date.max, []
    for segment in rule.segments:
        if isinstance(segment, Sequence) or segment is rule.number:
            parts.append(rule.number.numerals.spell(number))
        elif isinstance(segment, Random):
            parts.append(salt[: segment.width])
            salt = salt[segment.width :]
        elif isinstance(segment, Check):
            parts.append("")
        else:
            parts.append(canonical(shown_as(rule, segment, customer, today)[0]))
    body = "".join(parts)
    return tuple(
        check_of(s, body) if isinstance(s, Check) else part
        for s, part in zip(rule.segments, parts, strict=True)
    )


def spelt(rule: Rule) -> list[Spelt]:
    """Every code of a small rule."""
    found = []
    for customer in customers(rule):
        scope = scope_of(rule, customer, today=rule.terms.latest or date.max)
        for number in numbers(rule):
            for salt in salts(rule):
                code = canonical(scope.spell(number, salt))
                parts = parts_of(rule, customer, number, salt)
                assert "".join(parts) == code
                found.append(Spelt(scope.key, number, code, parts, customer))
    return found


def codes(rule: Rule) -> set[str]:
    """Every code of a small rule, in canonical form."""
    return {one.code for one in spelt(rule)}


def size(rule: Rule) -> int:
    """How many codes a small rule has, at most."""
    return len(numbers(rule)) * len(salts(rule)) * sum(1 for _ in customers(rule))


# ---------------------------------------------------------------- small rules

_CODES = st.text("AB01", min_size=1, max_size=3)
_LITERALS = ["", "-", "", "/", "A", "B-", "0", "1", "O", "客"]
_SEQUENCES = [
    "1,alphabet=01", "2,alphabet=01", "1,alphabet=AB", "1,alphabet=B1,widen=2", "1,alphabet=01A",
    "1,alphabet=01,widen=3", "1,alphabet=01,then=AB", "2,alphabet=01,then=0B", "1", "1,step=3",
    "2,alphabet=01,start=10,step=2", "1,start=5", "A", "1,alphabet=0123,widen=2,step=5",
    "2,alphabet=1O", "1,alphabet=I0,widen=2", "1,start=0,step=2", "1,start=1,step=2",
]  # fmt: skip
_CHECKS = ["37-36", "37-2", "97-10", "luhn-36", "luhn,of=digits", "damm,of=digits", "11-2"]
_RESETS = ["", "", "", ",reset=month", ",reset=year", ",reset=week", ",reset=never", ",reset=day"]
_PERS = ["", "", "", ",per=type", ",per=none", ",per=region", ",per=region:parent", ",per=name"]


@st.composite
def small_rules(
    draw: st.DrawFn, *, name: str = "main", lookalikes: bool = False, plain: bool = False,
    checks: bool = False,
) -> Rule:  # fmt: skip
    """A rule whose codes can be counted out: small tables, few days, a short number.

    `plain`: without check; `checks`: with one, whether or not it can be computed.
    """
    segments = ["{type}", "{region}", "{region:parent}", "{initials(name):1}"]
    segments += [
        f"{{registered:{draw(st.sampled_from(FORMATS))},starts={draw(st.sampled_from('14'))}}}"
    ]
    segments += ["{random:1,alphabet=0A}"]
    chosen = draw(st.lists(st.sampled_from(segments), max_size=3))
    sequence = f"{{seq:{draw(st.sampled_from(_SEQUENCES))}"
    if draw(st.integers(0, 5)):
        sequence += draw(st.sampled_from(_RESETS)) + draw(st.sampled_from(_PERS))
        chosen.append(sequence + "}")
    elif "{random:1,alphabet=0A}" not in chosen:
        chosen.append(f"{{random:{draw(st.sampled_from(['1,alphabet=01', '2,alphabet=AB']))}}}")
    if checks or (not plain and not draw(st.integers(0, 3))):
        chosen.append(f"{{check:{draw(st.sampled_from(_CHECKS))}}}")
    texts = [draw(st.sampled_from(_LITERALS)) + one for one in draw(st.permutations(chosen))]
    earliest, latest = draw(st.sampled_from(FEW_DAYS))
    try:
        rule = define(
            "".join(texts) + draw(st.sampled_from(_LITERALS)), tables=draw(tables("".join(texts))),
            earliest=earliest, latest=latest, name=name, no_lookalikes=lookalikes,
        )  # fmt: skip
    except Refusal:
        assume(False)
        raise
    assume(size(rule) <= 1500)
    assume(checks or can_be_checked(rule))
    return rule


@st.composite
def tables(draw: st.DrawFn, text: str) -> dict[str, Any]:
    """The code tables that a rule needs."""
    made: dict[str, Any] = {}
    for attribute in ("type", "region"):
        if "{" + attribute in text or f"per={attribute}" in text:
            listed = draw(st.lists(_CODES, min_size=1, max_size=4, unique_by=canonical))
            made[attribute] = {code: {"names": [f"{attribute} {code}"]} for code in listed}
    if "region" in made and (":parent" in text or draw(st.booleans())):
        above = draw(st.lists(_CODES, min_size=1, max_size=3, unique_by=canonical))
        made["region:parent"] = {code: f"parent {code}" for code in above}
        for entry in made["region"].values():
            entry["parent"] = f"parent {draw(st.sampled_from(above))}"
    return {name: made[name] for name in made if "{" + name.partition(":")[0] in text}


def can_be_checked(rule: Rule) -> bool:
    """Tell, by trying, whether the check system counts with all codes of a small rule."""
    try:
        for customer in customers(rule):
            for number in numbers(rule):
                for salt in salts(rule):
                    parts_of(rule, customer, number, salt)
    except ValueError:
        return False
    return True


def fixed_texts(rule: Rule, customer: Mapping[str, Any]) -> list[str]:
    """What tables and literals write in a row, in canonical form."""
    runs = [""]
    for segment in rule.segments:
        if isinstance(segment, Literal | Coded):
            runs[-1] += canonical(
                shown_as(rule, segment, customer, rule.terms.latest or date.max)[0]
            )
        else:
            runs.append("")
    return runs


def initial(rule: Rule) -> bool:
    """Tell whether the rule shows initials: of those not all are counted out."""
    return any(isinstance(segment, Initials) for segment in rule.segments)


# What examples of the business share.
TYPES = {"V": ["VIP", "贵宾"], "N": ["普通"]}
CITIES = {
    "SY": {"names": ["沈阳"], "parent": "辽宁"},
    "DL": {"names": ["大连"], "parent": "辽宁"},
    "CC": {"names": ["长春"], "parent": "吉林"},
}
PROVINCES = {"LN": "辽宁", "JL": "吉林"}
PLACES: dict[str, Any] = {"region": CITIES, "region:parent": PROVINCES}


def refused(text: str, **given: Any) -> Refusal | None:
    """Give the first thing that stands against a rule."""
    return next(iter(prove(define(text, **given)).refusals), None)
