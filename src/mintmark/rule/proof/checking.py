"""Claim 6: the check system can compute with the rule's codes, and what it catches of slips."""

from dataclasses import replace
from datetime import timedelta

from mintmark.checkchar import SYSTEMS, strength
from mintmark.errors import CheckAlphabet
from mintmark.rule.dates import EXAMPLE
from mintmark.rule.definition import Rule, a_day
from mintmark.rule.numerals import ALPHABETS
from mintmark.rule.proof.parts import Part, parts_of
from mintmark.rule.segments import Check, Random, Segment, Sequence
from mintmark.rule.spell import sample_attributes, scope_of
from mintmark.text import canonical

_SAMPLES = 12
_DIGITS = frozenset(ALPHABETS["decimal"])


def prove_check(rule: Rule, check: Check) -> CheckAlphabet | None:
    """Show that every code has characters that the check system counts with."""
    parts = _parts(rule, check)
    every = {c for part in parts for c in part.characters()}
    strange = set() if check.digits_only else every - set(SYSTEMS[check.system].alphabet)
    if not strange and (not check.digits_only or any(map(_has_digits, parts))):
        return None
    return CheckAlphabet(
        rule=rule.text, system=check.system, characters=tuple(sorted(strange)[:12]),
        nearest=_better(rule, check, every),
    )  # fmt: skip


def _parts(rule: Rule, check: Check) -> list[Part]:
    """Give what all segments but the check can write."""
    found = zip(rule.segments, parts_of(rule), strict=True)
    return [part for segment, parts in found if segment is not check for part in parts]


def _has_digits(part: Part) -> bool:
    """Tell whether all that the part can write has a digit in it."""
    return all(
        any(_DIGITS.issuperset(characters) for characters in one)
        for one in (*part.words, *part.forms)
    )


def _better(rule: Rule, check: Check, every: set[str]) -> str:
    """Give the rule with a system that counts letters; "" where letters of no system come."""
    better: Segment = replace(check, system="37-36", digits_only=False)
    if every - set(SYSTEMS["37-36"].alphabet):
        return ""
    return replace(rule, segments=tuple(better if s is check else s for s in rule.segments)).text


def caught(rule: Rule, check: Check) -> dict[str, object]:
    """Give the share of slips that the system catches on codes of this rule, in percent.

    Counted, not estimated: every slip of a dozen codes. None where codes have no such slip.
    """
    bodies = list(_bodies(rule, check))
    shares = strength(SYSTEMS[check.system], bodies, alphabet=_alphabet(rule, check))
    return {
        name: None if share is None else round(100 * share, 2)
        for name in ("single", "transposition", "jump", "twin")
        for share in (getattr(shares, name),)
    }


def _alphabet(rule: Rule, check: Check) -> str:
    found = {c for part in _parts(rule, check) for c in part.characters()}
    return "".join(sorted(found & _DIGITS if check.digits_only else found))


def _bodies(rule: Rule, check: Check) -> list[str]:
    """Give codes of customers who differ in everything, without their check characters."""
    bare = replace(rule.timeless, segments=tuple(s for s in rule.segments if s is not check))
    number, today = rule.number, a_day(rule, EXAMPLE)
    step = max(number.capacity // _SAMPLES, 1)
    made = []
    for turn in range(_SAMPLES):
        attributes = sample_attributes(bare, today=today, place=turn * 7)
        earlier = max(rule.terms.earliest, today - timedelta(days=37 * turn))
        attributes |= dict.fromkeys(rule.dated, earlier)
        scope = scope_of(bare, attributes, today=rule.terms.latest or today)
        rank = turn * step * 5 // 7 % number.capacity
        value = number.first + rank * number.step if isinstance(number, Sequence) else rank
        salt = "".join(
            s.numerals.spell(turn * 7919 % s.capacity) for s in bare.segments
            if isinstance(s, Random) and s is not number
        )  # fmt: skip
        code = canonical(scope.spell(value, salt))
        made.append("".join(filter(str.isdecimal, code)) if check.digits_only else code)
    return made
