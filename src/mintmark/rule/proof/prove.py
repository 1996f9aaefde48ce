"""The proof, before a rule is published, that its codes cannot collide, run out or be misread.

Each claim is shown or refuted; a claim that is refuted carries the refusal that publishing would
raise, with an example that a business user understands.

>>> from mintmark.rule import define
>>> proof = prove(define("K-{registered:YYYY}-{seq:4,reset=month}", expected=500))
>>> proof.holds, [claim.slug for claim in proof.claims if claim.refusal]
(False, ['determined'])
>>> proof.refusals[0].code, [one["registered"] for one in proof.refusals[0].customers]
('K-2019-0001', ['2019-01-01', '2019-02-01'])
"""

from collections.abc import Iterable, Sequence

from mintmark.errors import Refusal
from mintmark.rule.capacity import free
from mintmark.rule.choose import prove_priority
from mintmark.rule.definition import Rule
from mintmark.rule.pattern import Family
from mintmark.rule.proof import Claim, Proof
from mintmark.rule.proof.ambiguity import prove_readable
from mintmark.rule.proof.bounds import prove_capacity, prove_characters, prove_lengths
from mintmark.rule.proof.checking import caught, prove_check
from mintmark.rule.proof.language import Language
from mintmark.rule.proof.meet import prove_apart, prove_apart_from, prove_unlike
from mintmark.rule.proof.scopes import prove_determined
from mintmark.rule.segments import Check


def prove(rule: Rule, others: Iterable[Rule] = (), families: Iterable[Family] = ()) -> Proof:
    """Prove a rule, alone and beside the other live rules and the legacy families.

    `others` are the rules of other names that mint or will mint; earlier versions of the rule are
    not among them: they share its counters, or their codes are stepped over.
    """
    others, families = list(others), list(families)
    collisions = (
        *(prove_apart(rule, other) for other in others),
        *(prove_apart_from(rule, family) for family in families),
    )
    likenesses = (prove_unlike(rule, other) for other in others)
    lengths = Language.of(rule).lengths
    claims = [
        Claim(slug="determined", refusal=prove_determined(rule)),
        Claim(slug="readable", refusal=prove_readable(rule)),
        Claim(
            slug="disjoint",
            refusal=_first(collisions) or _first(likenesses),
            facts={"rules": len(others), "families": len(families)},
        ),
        Claim(slug="priority", refusal=prove_priority(rule, others)),
        Claim(
            slug="capacity",
            refusal=prove_capacity(rule),
            facts={"capacity": free(rule), "expected": rule.terms.expected},
        ),
        Claim(
            slug="length",
            refusal=prove_lengths(rule),
            facts={"least": min(lengths), "most": max(lengths)},
        ),
        Claim(slug="characters", refusal=prove_characters(rule)),
        _check(rule),
    ]
    return Proof(rule=rule, claims=tuple(claims))


def prove_all(rules: Sequence[Rule], families: Iterable[Family] = ()) -> list[Proof]:
    """Prove all rules of a register; each pair is looked at once, from the later one."""
    families = list(families)
    return [prove(rule, rules[:place], families) for place, rule in enumerate(rules)]


def _first(refusals: Iterable[Refusal | None]) -> Refusal | None:
    return next(filter(None, refusals), None)


def _check(rule: Rule) -> Claim:
    check = next((segment for segment in rule.segments if isinstance(segment, Check)), None)
    if check is None:
        return Claim(slug="no-check")
    refusal = prove_check(rule, check)
    facts = {} if refusal else caught(rule, check)
    return Claim(slug="check", refusal=refusal, facts={"system": check.system, **facts})
