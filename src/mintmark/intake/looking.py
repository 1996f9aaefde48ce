r"""Look at a file before it is imported: what its columns may be, and the profile that knows them.

>>> import mintmark
>>> _ = Path("members.csv").write_text("姓名,联系\n王琦,13875014587\n李雷,13875014588\n")
>>> with mintmark.open("shop", create=True) as register:
...     published = register.publish("K{seq:4}", tables={})
...     seen = look_at(register, "members.csv", extra=["联系"])
...     saved = register.profiles.save(seen.profile("members"))
...     again = look_at(register, "members.csv", extra=["联系"])
>>> [(one.column.heading, one.fact, one.why) for one in seen.proposals]
[('姓名', 'name', 'both'), ('联系', 'phone', 'content')]
>>> again.known.profile.name, [one.why for one in again.proposals]
('members', ['profile', 'profile'])
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mintmark.intake.checking import Standards
from mintmark.intake.exports import recognised, with_names
from mintmark.intake.headings import is_own, letters_of, table
from mintmark.intake.locating import located
from mintmark.intake.mapping import Proposal, as_said, propose, settled
from mintmark.intake.opened import Reading, Values, joined
from mintmark.intake.reading import called, open_source
from mintmark.registry import Profile, Register, SavedProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a file's columns may be; `known` is the profile that was saved for such files.

    `program`: what exported it, if its headings tell. `defaults` and `values` are those of that
    profile, and before it what was said of this file.
    """

    file: str
    sheet: str
    row: int
    proposals: tuple[Proposal, ...]
    known: SavedProfile | None
    program: str | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)
    values: Values = field(default_factory=dict)

    def profile(self, name: str) -> Profile:
        """Give what is proposed as a profile, to be saved; names are put together without it."""
        joined = any(one.why == "joined" for one in self.proposals)
        written = self.proposals[:-1] if joined else self.proposals  # what was made stands last
        mapping, ignored = settled(tuple(one for one in written if one.why != "joined"))
        headings = tuple(one.column.heading for one in written if one.column.heading)
        dates = self.known.profile if self.known else None
        return Profile(
            name=name, headings=headings, mapping=mapping, ignored=ignored,
            defaults=self.defaults, values=self.values,
            order=dates.order if dates else None, since_1904=bool(dates and dates.since_1904),
        )  # fmt: skip


def look_at(
    register: Register, path: str | Path, *, extra: Sequence[str] = (), **reading: Any
) -> Seen:
    """Propose what the columns of a file are; nothing is written.

    `extra` are headings that count as known when the table is looked for; `reading` is what may be
    said of the file, as `plan` takes it. Raises what `plan` does of a file without a table of
    customers, and of what is said.
    """
    file, fields = called(path), register.fields.known()
    said = Reading(**reading).by_name(fields)
    mapping, ignored = said.mapping or {}, said.ignore
    standards = Standards(
        rules=register.rules(), fields=fields, today=register.today(), country=register.country,
        defaults={},
    )  # fmt: skip
    saved = [heading for one in register.profiles.list() for heading in one.profile.headings]
    own = [text for name, one in fields.items() for text in one.called(name)]
    extra = [*extra, *mapping, *ignored, *own, *saved]
    loaded, row = located(open_source(path), file, said.sheet, said.header, extra)
    headings = [text for text in loaded.cells.row(row - 1) if text and not is_own(text)]
    known = _known(register, said.profile, headings)
    profile = known.profile if known else None
    export = recognised(headings)
    if export:
        loaded = with_names(loaded, row, export)
    proposals = propose(loaded, row, standards, profile, export)
    told = table(loaded, row, mapping=mapping, ignore=ignored, fields=fields, file=file).columns
    named = letters_of({one.letter: one.heading for one in told}, *mapping, *ignored)
    return Seen(
        file=file,
        sheet=loaded.name,
        row=row,
        proposals=as_said(
            proposals,
            {one.letter: one.fact for one in told if one.letter in named},
            everything="*" in ignored,
        ),
        known=known,
        program=export.name if export else None,
        defaults={**(profile.defaults if profile else {}), **(said.defaults or {})},
        values=joined(profile.values if profile else {}, said.values or {}),
    )


def _known(register: Register, name: str | None, headings: Sequence[str]) -> SavedProfile | None:
    profiles = register.profiles
    return profiles.recognise(headings) if name is None else profiles.named(name)
