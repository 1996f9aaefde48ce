"""Where in a sheet the codes go."""

from dataclasses import dataclass

from mintmark.errors import NoRoomBefore, NoSuchColumn
from mintmark.intake.headings import CODES, Table
from mintmark.intake.headings import Column as Heading
from mintmark.intake.reading import Sheet, letter
from mintmark.text import fold

_RANK = {heading: place for place, heading in enumerate(CODES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A column for codes: in which sheet, under which row of headings (from 1), which (from 0).

    `heading` is that of a new column, None where the column is there already. `before`: it stands
    left of the table and looks like its right neighbour.
    """

    sheet: str
    headings: int
    column: int
    heading: str | None
    before: bool = False

    @property
    def letter(self) -> str:
        """The column as the spreadsheet names it."""
        return letter(self.column)


def index(letters: str) -> int:
    """Count a column from 0 by its letters.

    >>> index("A"), index("Z"), index("AA"), index("XFD")
    (0, 25, 26, 16383)
    """
    number = 0
    for character in letters.upper():
        number = number * 26 + ord(character) - ord("A") + 1
    return number - 1


def find_place(
    sheet: Sheet,
    table: Table,
    *,
    heading: str,
    column: str | None = None,
    before: bool = False,
    file: str,
) -> Place:
    """Give where codes go: the column named, else one headed like codes, else a new one.

    `column`: heading or letter of a column that is there; `heading`: what a new column is headed.
    A new one is the first right of everything in the sheet, or with `before` the one left of the
    table. Raises NoSuchColumn or NoRoomBefore.
    """
    if column is not None:
        there = _named(table, column)
        if there is None:
            raise NoSuchColumn(file=file, sheet=sheet.name, row=table.row, value=column)
        return Place(sheet=sheet.name, headings=table.row, column=there, heading=None)
    there = None if before else _of_codes(table)
    if there is not None:
        return Place(sheet=sheet.name, headings=table.row, column=there, heading=None)
    new = _left(sheet, table, file) if before else _right(sheet)
    return Place(
        sheet=sheet.name, headings=table.row, column=new, heading=heading, before=before
    )  # fmt: skip


def _named(table: Table, wanted: str) -> int | None:
    columns = {fold(one.heading): one.letter for one in table.columns if one.heading}
    letters = {one.letter for one in table.columns}
    found = columns.get(fold(wanted)) or (wanted.upper() if wanted.upper() in letters else None)
    return None if found is None else index(found)


def _of_codes(table: Table) -> int | None:
    """Give the column headed like codes; of several, the one with the plainest heading."""
    headed: list[Heading] = [one for one in table.columns if fold(one.heading) in _RANK]
    best = min(headed, key=lambda one: _RANK[fold(one.heading)], default=None)
    return index(best.letter) if best else None


def _right(sheet: Sheet) -> int:
    return max(map(index, sheet.cells.columns), default=-1) + 1


def _left(sheet: Sheet, table: Table, file: str) -> int:
    first = min(index(one.letter) for one in table.columns if one.heading)
    free = first - 1
    name = letter(free) if free >= 0 else ""
    if free < 0 or (name in sheet.cells.columns and not sheet.cells[name].is_null().all()):
        raise NoRoomBefore(file=file, sheet=sheet.name)
    return free
