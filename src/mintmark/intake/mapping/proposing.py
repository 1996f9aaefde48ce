"""Propose what each column is: by its heading, by its content, by a profile saved before.

A heading alone is nearly sure; content that agrees makes it surer, content that does not makes it
doubtful, and then both are named. A column without a heading is told by its content alone.

>>> import polars as pl
>>> cells = {"A": ["客户名称", "王琦", "李雷"], "B": ["手机号", "wq@example.com", "ll@example.com"]}
>>> cells["C"] = ["", "13875014587", "13875014588"]
>>> sheet = Sheet(name="", cells=pl.DataFrame(cells))
>>> [(one.fact, round(one.confidence, 2), one.why) for one in propose(sheet, 1)]
[('name', 0.96, 'both'), ('phone', 0.4, 'against'), (None, 0.05, 'taken')]
>>> print(propose(sheet, 1)[1].doubt)
heading-against-content (column='B 手机号', fact='phone', attribute='email', share=100)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mintmark.customer import FACTS, NO_FIELDS, Field, Fields
from mintmark.errors import HeadingAgainstContent
from mintmark.intake.checking import Standards
from mintmark.intake.exports import Export
from mintmark.intake.headings import Column, beside_facts, fact_in, is_known
from mintmark.intake.mapping.content import Look, Telling, looks
from mintmark.intake.reading import Sheet
from mintmark.registry import Profile
from mintmark.text import fold, narrow

WHYS = ("both", "heading", "content", "against", "taken", "profile", "unlike", "known", "nothing",
        "said", "exported", "joined")  # fmt: skip
"""Why a column is taken for something: `unlike` its heading are most values of it, `known` are
headings that may be left alone, `taken` is a fact that another column is, `said` was told now,
`exported` is what a program is known to write there, `joined` are the parts of a name and what was
put together from them."""

_HEADED, _KEYED, _SAVED = 0.9, 0.7, 0.98
_DOUBTFUL, _UNSURE = 0.4, 0.05
_TELLING = 0.8  # of the values look like another fact: the heading may be wrong
_FITTING = 0.5  # of the values are what the heading says: it is not
_TOLD = ("phone", "email", "id_number", "date")  # kinds that values show by themselves
_GIVES_WAY = ("content", "exported", "joined")  # to what is said of another column
_NAMES = ("name", "contact", "owner", "former_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a column may be: its `fact` (None: none), how sure that is (0–1), one of `WHYS`.

    `look` is what its values look like; `doubt` names a heading and values that disagree.
    """

    column: Column
    confidence: float
    why: str
    look: Look | None = None
    doubt: HeadingAgainstContent | None = None

    @property
    def fact(self) -> str | None:
        """The fact that is proposed."""
        return self.column.fact


def propose(
    sheet: Sheet,
    row: int,
    standards: Standards | None = None,
    profile: Profile | None = None,
    export: Export | None = None,
) -> tuple[Proposal, ...]:
    """Propose what each column is of a table whose headings are in this row (from 1).

    `export`: what wrote it, if that is known; then `with_names` has been there before.
    """
    telling, fields = Telling.of(standards), standards.fields if standards else NO_FIELDS
    said, exported = _said(profile), _exported(export, sheet.cells.row(row - 1), profile)
    made = []
    for letter in sheet.cells.columns:
        cells = sheet.cells[letter]
        column = Column(letter=letter, heading=narrow(cells[row - 1] or ""), fact=None)
        found = looks(cells.slice(row), telling)
        if (wish := said.get(fold(column.heading or letter))) is not None:
            made.append(_made(replace(column, fact=wish or None), _SAVED, "profile", found))
        elif (told := exported.get(fold(column.heading))) is not None:
            made.append(_made(replace(column, fact=told or None), _SAVED, "exported", found))
        else:
            made.append(_left(_proposed(column, found, fields), exported))
    return _each_once(_joined(made, export, exported))


def settled(
    proposals: tuple[Proposal, ...], least: float = 0.5
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Give column → fact for what is as sure as that, and the columns to be ignored.

    Columns are named by their headings, or by their letters if they have none or share one.
    """
    headings = [fold(one.column.heading) for one in proposals]
    mapping, ignored = dict[str, str](), []
    for one in proposals:
        shared = headings.count(fold(one.column.heading)) > 1
        name = one.column.letter if shared or not one.column.heading else one.column.heading
        if one.fact is not None and one.confidence >= least:
            mapping[name] = one.fact
        elif one.column.heading or one.look:
            ignored.append(name)
    return mapping, tuple(ignored)


def as_said(
    proposals: Sequence[Proposal], said: Mapping[str, str | None], *, everything: bool
) -> tuple[Proposal, ...]:
    """Give the proposals with what somebody says in place of them: letter → fact, None for none.

    `everything`: columns that only their content tells of, or nothing, are none, too. A fact that
    is said of a column is no other's by its content alone, or because a program writes it there.
    """
    return tuple(_as_said(one, said, everything=everything) for one in proposals)


def _as_said(one: Proposal, said: Mapping[str, str | None], *, everything: bool) -> Proposal:
    if one.column.letter in said or (everything and one.why in {"content", "taken", "nothing"}):
        column = replace(one.column, fact=said.get(one.column.letter))
        return replace(one, column=column, confidence=1, why="said", doubt=None)
    if one.why in _GIVES_WAY and one.fact is not None and one.fact in said.values():
        return replace(one, column=replace(one.column, fact=None), confidence=_UNSURE, why="taken")
    return one


def _said(profile: Profile | None) -> Mapping[str, str]:
    """Give what a profile says: heading or letter → fact, "" for what is ignored."""
    if profile is None:
        return {}
    wishes = dict.fromkeys(profile.ignored, "") | dict(profile.mapping)
    return {fold(name): fact for name, fact in wishes.items()}


def _exported(
    export: Export | None, headings: Sequence[str | None], profile: Profile | None
) -> Mapping[str, str]:
    """Give what a program writes under its headings: heading → fact, "" for what says no more."""
    if export is None:
        return {}
    taken = set(profile.mapping.values()) if profile else set()
    told = {text: fact for text, fact in export.told(headings).items() if fact not in taken}
    return {fold(text): fact for text, fact in {**dict.fromkeys(export.again, ""), **told}.items()}


def _joined(
    made: Sequence[Proposal], export: Export | None, exported: Mapping[str, str]
) -> list[Proposal]:
    """Say which columns are parts of a name, and which is what was put together from them."""
    parts = export.parts(one.column.heading for one in made) if export else set()

    def joined(one: Proposal) -> Proposal:
        heading = fold(one.column.heading)
        if heading not in parts or one.why == "profile":
            return one
        column = replace(one.column, fact=exported.get(heading) or None)
        return replace(one, column=column, confidence=_SAVED, why="joined", doubt=None)

    return [joined(one) for one in made]


def _left(one: Proposal, exported: Mapping[str, str]) -> Proposal:
    """Leave a column alone whose fact the program writes into another one."""
    if one.fact is None or one.fact not in exported.values():
        return one
    why = "taken" if one.look else "known"
    return replace(one, column=replace(one.column, fact=None), confidence=_UNSURE, why=why)


def _proposed(column: Column, found: list[Look], fields: Fields) -> Proposal:
    heading = column.heading
    if (fact := fact_in(heading, fields)) is not None:
        return _headed(replace(column, fact=fact), fact, found, fields)
    if (beside := beside_facts(heading)) is not None:
        agrees = bool(found) and found[0].fact == beside
        sure, why = (_surer(_KEYED, found[0]), "both") if agrees else (_KEYED, "heading")
        return _made(replace(column, fact=beside), sure, why, found)
    if heading and is_known(heading):
        return _made(column, _HEADED, "known", found)
    if found:
        return _made(replace(column, fact=found[0].fact), found[0].confidence, "content", found)
    return _made(column, _UNSURE, "nothing", found)


def _headed(column: Column, fact: str, found: list[Look], fields: Fields) -> Proposal:
    """Weigh a heading that names a fact against what the values look like."""
    agreeing = [look for look in found if _agrees(look, fact, fields)]
    if agreeing and agreeing[0].share >= _FITTING:
        return _made(column, _surer(_HEADED, agreeing[0]), "both", agreeing)
    if found and found[0].share >= _TELLING and _excludes(found[0], fact, fields):
        look = found[0]
        doubt = HeadingAgainstContent(
            column=column.shown, fact=fact, attribute=look.fact, share=round(100 * look.share)
        )
        return replace(_made(column, _DOUBTFUL, "against", found), doubt=doubt)
    if found and _kind(fact, fields).kind in _TOLD:
        return _made(column, (_HEADED + _DOUBTFUL) / 2, "unlike", found)
    return _made(column, _HEADED, "heading", found)


def _surer(confidence: float, look: Look) -> float:
    """Give how sure two things that agree make it, each with its own chance to be wrong."""
    return 1 - (1 - confidence) * (1 - min(look.confidence, 0.9))


def _agrees(look: Look, fact: str, fields: Fields) -> bool:
    kind = _kind(fact, fields).kind
    if kind in _TOLD:
        return _kind(look.fact, fields).kind == kind
    return look.fact == fact or (look.fact in _NAMES and fact in _NAMES)


def _excludes(look: Look, fact: str, fields: Fields) -> bool:
    """Tell whether what looks so cannot well be that fact: free text may be anything."""
    told = (_kind(look.fact, fields).kind in _TOLD, _kind(fact, fields).kind in _TOLD)
    coded = look.weight > _HEADED - 0.01 and look.fact not in _NAMES
    return any(told) or (coded and fact in _NAMES)


def _kind(fact: str, fields: Fields) -> Field:
    return FACTS.get(fact) or fields.get(fact) or Field()


def _made(column: Column, confidence: float, why: str, found: list[Look]) -> Proposal:
    look = found[0] if found else None
    return Proposal(column=column, confidence=confidence, why=why, look=look)


def _each_once(made: list[Proposal]) -> tuple[Proposal, ...]:
    """Take back what content alone proposes where another column is that fact already, or surer."""
    best: dict[str, Proposal] = {}
    for one in sorted(made, key=lambda one: (one.why == "content", -one.confidence)):
        if one.fact is not None:
            best.setdefault(one.fact, one)
    return tuple(
        replace(one, column=replace(one.column, fact=None), confidence=_UNSURE, why="taken")
        if one.why == "content" and one.fact is not None and best[one.fact] is not one
        else one
        for one in made
    )
