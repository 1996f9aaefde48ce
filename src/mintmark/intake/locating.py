"""Find the table of customers in a source, and refuse one that lacks what codes are made of."""

from collections.abc import Iterable, Sequence

from mintmark.customer import Fields
from mintmark.errors import (
    EmptyFile,
    MissingColumns,
    NotATable,
    SeveralSheets,
    UnknownColumns,
    UnknownFact,
    UnknownSheet,
)
from mintmark.intake.checking import Standards
from mintmark.intake.exporting.neutral import returned
from mintmark.intake.headings import FACTS, PSEUDO, Table
from mintmark.intake.layout import choose, first_table
from mintmark.intake.reading import Folder, Sheet, Source, is_joinable, join

_GLANCE = 30  # rows that are enough to find the headings


def located(
    source: Source, file: str, sheet: str | None, header: int | str | None, extra: Sequence[str]
) -> tuple[Sheet, int]:
    """Give the sheet of the customer table, and the row of its headings (from 1).

    `extra` are headings that count as known. Raises UnknownSheet, SeveralSheets, SeveralTables,
    NoSuchRow, EmptyFile or NotATable.
    """
    chosen = _choose(source, file, sheet, header, extra=extra)
    loaded, row = _loaded(source, chosen, header, extra, file)
    # A text table: what was exported has apostrophes before would-be formulas.
    return (loaded if loaded.name else returned(loaded)), row


# ---------------------------------------------------------------- the right sheet


def _choose(
    source: Source, file: str, wanted: str | None, header: int | str | None, *, extra: Sequence[str]
) -> list[str]:
    """Give the names of the sheets with the customer table: one, or several with the same columns.

    With a `header` given, a sheet is one with anything in it.
    """
    if wanted is not None and wanted not in source.names:
        raise UnknownSheet(file=file, sheet=wanted, sheets=tuple(source.names))
    names = [wanted] if wanted is not None else source.names
    glances = [source.sheet(name, rows=_GLANCE) for name in names]
    tables = [
        (glance, place.row if place else 1)
        for glance in glances
        if (place := first_table(glance, extra)) or (header is not None and glance.cells.width)
    ]
    if len(tables) > 1 and not (isinstance(source, Folder) and is_joinable(tables)):
        raise SeveralSheets(file=file, sheets=tuple(glance.name for glance, _ in tables))
    if not tables:
        seen = tuple(text for glance in glances for text in _first_texts(glance))
        if not seen:
            raise EmptyFile(file=file, sheet=wanted or "")
        raise NotATable(file=file, sheets=tuple(names), seen=seen[:6])
    return [glance.name for glance, _ in tables]


def _loaded(
    source: Source,
    names: Sequence[str],
    header: int | str | None,
    extra: Sequence[str],
    file: str,
) -> tuple[Sheet, int]:
    """Read the chosen sheets and lay out their table; give it with the row of its headings."""
    laid = [choose(source.sheet(name), header, extra, file=file) for name in names]
    found = [(one.sheet, one.row) for one in laid if one is not None]
    if len(found) == 1:
        return found[0]
    if not is_joinable(found):
        raise SeveralSheets(file=file, sheets=tuple(names))
    return join(found), found[0][1]


def _first_texts(glance: Sheet) -> list[str]:
    texts = (cell.strip()[:20] for row in glance.cells.iter_rows() for cell in row if cell)
    return [text for text in texts if text][:6]


# ---------------------------------------------------------------- the right columns


def require_facts(facts: Iterable[str], fields: Fields) -> None:
    """Raise UnknownFact for the first that is none."""
    for fact in facts:
        if fact not in FACTS and fact not in fields and fact not in PSEUDO:
            raise UnknownFact(fact=fact, known=(*FACTS, *fields))


def require_columns(found: Table, sheet: Sheet, file: str, standards: Standards) -> None:
    """Raise UnknownColumns or MissingColumns where the table cannot be imported as it is."""
    where = {"file": file, "sheet": sheet.name}
    if found.unknown:
        raise UnknownColumns(
            **where,
            row=found.row,
            columns=tuple(column.letter for column in found.unknown),
            values=tuple(column.heading for column in found.unknown),
        )
    there = {column.fact for column in found.columns} | set(standards.defaults)
    if missing := [fact for fact in standards.required() if fact not in there]:
        raise MissingColumns(**where, row=found.row, missing=tuple(missing))
