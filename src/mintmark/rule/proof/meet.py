"""Claim 3: no two live rules or legacy families spell one code, or codes that look alike.

Numbers that a rule leaves to others (`external`) are not counted: two systems may share an interval
that each fences off for the other. A code given by hand is looked for among all rules' by itself.
"""

from mintmark.errors import RulesCollide, RulesLookAlike
from mintmark.rule import dates
from mintmark.rule.definition import Rule
from mintmark.rule.parse import parser_of
from mintmark.rule.pattern import Family, Pattern
from mintmark.rule.proof.language import Language, of_pattern
from mintmark.rule.proof.parts import Part
from mintmark.rule.proof.real import is_minted, is_reading
from mintmark.rule.proof.words import Shared, first_real
from mintmark.rule.segments import DateOf, Literal, Random, Sequence, grouped
from mintmark.text import canonical, lookalike


def prove_apart(rule: Rule, other: Rule) -> RulesCollide | None:
    """Show that two rules have no code in common; else give one."""
    words = _shared(Language.minted(rule), Language.minted(other))
    code = first_real(words, lambda word: is_minted(rule, word) and is_minted(other, word))
    if code is None:
        return None
    spelt = (displayed(rule, code), displayed(other, code))
    return RulesCollide(rule=rule.name, other=other.name, code=code, spelt=spelt)


def prove_apart_from(rule: Rule, family: Family) -> RulesCollide | None:
    """Show that a rule spells no code of a legacy family; else give one. Raises WrongPattern."""
    language = Language.minted(rule)
    symbols = language.characters()
    for pattern in family.patterns if language.lengths else ():
        words = Shared(language.automaton(symbols), of_pattern(Pattern.read(pattern), symbols))
        code = first_real(words, lambda word: is_minted(rule, word))
        if code is not None:
            spelt = (displayed(rule, code), pattern)
            return RulesCollide(rule=rule.name, other=family.name, code=code, spelt=spelt)
    return None


def prove_unlike(rule: Rule, other: Rule) -> RulesLookAlike | None:
    """Show that no code of one rule looks like one of the other, where one of them asks for it."""
    if not (rule.terms.no_lookalikes or other.terms.no_lookalikes):
        return None
    words = _shared(Language.minted(rule).folded, Language.minted(other).folded)
    look = first_real(words, lambda word: bool(_seen_as(rule, word) and _seen_as(other, word)))
    if look is None:
        return None
    spelt = tuple(displayed(one, _seen_as(one, look) or look) for one in (rule, other))
    return RulesLookAlike(rule=rule.name, other=other.name, code=look, spelt=spelt)


def displayed(rule: Rule, code: str) -> str:
    """Give a canonical code of the rule with the rule's separators; as it is if it is none.

    >>> from mintmark.rule import define
    >>> displayed(define("K-{registered:YYYY-MM}/{seq:4,group=2}"), "K2026100001")
    'K-2026-10/00-01'
    """
    cuts = list(parser_of(rule).cuts(canonical(code)))
    if not cuts:
        return code
    parts = next((parts for parts in cuts if is_reading(rule, parts)), cuts[0])
    return "".join(
        segment.text if isinstance(segment, Literal)
        else dates.separated(segment.format, part) if isinstance(segment, DateOf)
        else grouped(part, segment.group) if isinstance(segment, Sequence | Random) else part
        for segment, part in zip(rule.segments, parts, strict=True)
    )  # fmt: skip


def _shared(mine: Language, theirs: Language) -> Shared | None:
    rests = mine.rests(theirs) if mine.may_meet(theirs) else None
    if rests is None or not rests[0].may_meet(rests[1]):
        return None
    symbols = mine.characters() | theirs.characters()
    if not Shared(rests[0].automaton(symbols), rests[1].automaton(symbols)).count:
        return None
    return Shared(mine.automaton(symbols), theirs.automaton(symbols))


def _seen_as(rule: Rule, look: str) -> str | None:
    """Give a code of the rule that looks like this; None: there is none."""
    language = Language.minted(rule)
    characters = language.characters()
    form = tuple("".join(sorted(c for c in characters if lookalike(c) == one)) for one in look)
    if not all(form):
        return None
    alike = Language((Part(forms=(form,)),))
    words = Shared(language.automaton(characters), alike.automaton(characters))
    return first_real(words, lambda word: is_minted(rule, word))
