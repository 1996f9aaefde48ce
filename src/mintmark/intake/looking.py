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

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mintmark.intake.checking import Standards
from mintmark.intake.headings import is_own
from mintmark.intake.locating import located
from mintmark.intake.mapping import Proposal, propose, settled
from mintmark.intake.reading import called, open_source
from mintmark.registry import Profile, Register, SavedProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a file's columns may be; `known` is the profile that was saved for such files."""

    file: str
    sheet: str
    row: int
    proposals: tuple[Proposal, ...]
    known: SavedProfile | None

    def profile(self, name: str) -> Profile:
        """Give what is proposed as a profile, to be saved."""
        mapping, ignored = settled(self.proposals)
        headings = tuple(one.column.heading for one in self.proposals if one.column.heading)
        return Profile(name=name, headings=headings, mapping=mapping, ignored=ignored)


def look_at(
    register: Register, path: str | Path, *, sheet: str | None = None, extra: Sequence[str] = ()
) -> Seen:
    """Propose what the columns of a file are; nothing is written.

    `extra` are headings that count as known when the table is looked for. Raises what `plan` does
    of a file without a table of customers.
    """
    file, fields = called(path), register.fields.known()
    standards = Standards(
        rules=register.rules(), fields=fields, today=register.today(), country=register.country,
        defaults={},
    )  # fmt: skip
    saved = [heading for one in register.profiles.list() for heading in one.profile.headings]
    own = [text for name, field in fields.items() for text in field.called(name)]
    loaded, row = located(open_source(path), file, sheet, None, [*extra, *own, *saved])
    headings = [text for text in loaded.cells.row(row - 1) if text and not is_own(text)]
    known = register.profiles.recognise(headings)
    return Seen(
        file=file,
        sheet=loaded.name,
        row=row,
        proposals=propose(loaded, row, standards, known.profile if known else None),
        known=known,
    )
