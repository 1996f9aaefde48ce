"""Where tables stand on a sheet: below titles, under headings of two rows, above notes.

`tables` finds them all; `lay_out` gives a sheet on which one of them stands alone, with one row of
headings, every row still where the spreadsheet has it.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files

import polars as pl

from mintmark.errors import NoSuchRow, SeveralTables
from mintmark.intake.exports import recognised
from mintmark.intake.headings import _WRITTEN as WRITTEN
from mintmark.intake.headings import _plain as bare
from mintmark.intake.headings import fact_of
from mintmark.intake.reading import Sheet, letter
from mintmark.text import fold, narrow

_DEPTH = 30  # rows in which the headings have to come
_TWO = 2
_WORDS = tomllib.loads(files("mintmark.intake").joinpath("layout.toml").read_text("utf-8"))["notes"]
_NOTE = re.compile(rf"\s*(?:{'|'.join(map(re.escape, _WORDS))})\s*(?:[:：\d(（]|$)", re.IGNORECASE)
_SPELT = [text for fact, said in WRITTEN["fact"].items() for text in (fact, *said)]
_AS_WRITTEN = sorted({form for text in _SPELT for form in (text, text.title(), text.capitalize())})
Row = Sequence[str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a table begins: the row of its headings (the lower, if there are two), its columns.

    Rows from 1, columns from 0, the last one included. `is_cut`: another table stands beside it.
    """

    row: int
    depth: int
    first: int
    last: int
    is_cut: bool = False

    @property
    def shown(self) -> str:
        """The cell in which it begins.

        >>> Place(row=9, depth=1, first=6, last=10).shown
        'G9'
        """
        return f"{letter(self.first)}{self.row - self.depth + 1}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOut:
    """A sheet with one table on it; `left_out` are the rows of notes and of repeated headings."""

    sheet: Sheet
    row: int
    left_out: tuple[int, ...]


def first_table(sheet: Sheet, extra: Sequence[str] = ()) -> Place | None:
    """Give the place of the row with the most facts in it, at least two, in the first 30 rows.

    `extra` are headings that count as known. A table of one column needs one. Two rows are headings
    together where they name more facts than either does.
    """
    known = {fold(text) for text in extra}
    rows = list(sheet.cells.head(_DEPTH).iter_rows())
    best: Place | None = None
    most = min(1, sheet.cells.width - 1)
    for number, row in enumerate(rows, start=1):
        count = len(_facts(row, known))
        if count > most:
            best, most = _place(number, 1, row), count
    if best is None:
        return None
    for lower in (best.row, best.row + 1):
        place = _double(rows, lower, known, most)
        best = place or best
    return best


def at_row(sheet: Sheet, row: int, extra: Sequence[str] = ()) -> Place | None:
    """Give the table whose headings are in that row, None if nothing stands there."""
    cells = sheet.cells.slice(max(row - _TWO, 0), _TWO if row > 1 else 1).rows()
    if row < 1 or row > sheet.cells.height or not any(cells[-1]):
        return None
    known = {fold(text) for text in extra}
    if len(cells) == _TWO and (most := len(_facts(cells[1], known))):
        above = len(_facts(cells[0], known))
        if place := _double(cells, _TWO, known, max(most, above)):
            return replace(place, row=row)
    return _place(row, 1, cells[-1])


def tables(sheet: Sheet, extra: Sequence[str] = ()) -> tuple[Place, ...]:
    """Give the places of all tables: the first, those beside it, and those below it."""
    first = first_table(sheet, extra)
    if first is None:
        return ()
    headings = _joined(sheet, first)
    below = [
        _place(row, 1, sheet.cells.row(row - 1))
        for row in _further(sheet, first)
        if not _is_same(sheet.cells.row(row - 1), headings)
    ]
    return (*_beside(sheet, first, headings), *below)


def lay_out(sheet: Sheet, place: Place) -> LaidOut:
    """Give the sheet with that table alone; other rows and columns become empty."""
    headings = _joined(sheet, place)
    others = [row for row in _further(sheet, place) if row > place.row]
    ends = [row for row in others if not _is_same(sheet.cells.row(row - 1), headings)]
    end = min(ends, default=sheet.cells.height + 1)
    again = [row for row in others if row < end and row not in ends]
    notes = _notes(sheet, place, end)
    outside = pl.col("row").is_in([*again, *notes]) | (pl.col("row") >= end)
    numbered = sheet.cells.with_row_index("row", offset=1)
    cut = range(place.first, place.last + 1) if place.is_cut else range(len(headings))
    cells = numbered.select(
        pl.when(pl.col("row") == place.row)
        .then(pl.lit(headings[index] if index in cut else None, pl.String))
        .when(outside | (index not in cut))
        .then(None)
        .otherwise(pl.col(name))
        .alias(name)
        for index, name in enumerate(sheet.cells.columns)
    )
    return LaidOut(
        sheet=replace(sheet, cells=cells), row=place.row, left_out=tuple(sorted((*again, *notes)))
    )


def choose(
    sheet: Sheet, header: int | str | None = None, extra: Sequence[str] = (), *, file: str
) -> LaidOut | None:
    """Give the one table of a sheet laid out, or the one that `header` means; None: there is none.

    `header` is the row of the headings, or the cell in which they begin (``G1``). Raises
    SeveralTables or NoSuchRow.
    """
    found = tables(sheet, extra)
    if header is None:
        if len(found) > 1:
            places = tuple(place.shown for place in found)
            raise SeveralTables(file=file, sheet=sheet.name, places=places)
        return lay_out(sheet, found[0]) if found else None
    wanted = str(header).upper()
    number = int(re.sub(r"\D", "", wanted) or 0)
    meant = [place for place in found if wanted in (place.shown, str(place.row))]
    if len(meant) > 1:
        places = tuple(place.shown for place in meant)
        raise SeveralTables(file=file, sheet=sheet.name, places=places)
    place = meant[0] if meant else at_row(sheet, number, extra)
    if place is None:
        raise NoSuchRow(file=file, sheet=sheet.name, row=number)
    return lay_out(sheet, place)


# ---------------------------------------------------------------- headings


def _fact(text: str | None, known: set[str]) -> str | None:
    if not text:
        return None
    return fact_of(text) or next((form for form in (fold(text), bare(text)) if form in known), None)


def _facts(row: Row, known: set[str]) -> set[str]:
    facts = {fact for text in row if (fact := _fact(text, known))}
    export = recognised(row)
    return facts | set(export.told(row).values()) if export else facts


def _place(number: int, depth: int, row: Row) -> Place:
    filled = [index for index, cell in enumerate(row) if cell and cell.strip()]
    return Place(row=number, depth=depth, first=filled[0], last=filled[-1])


def _double(rows: Sequence[Row], lower: int, known: set[str], most: int) -> Place | None:
    """Give the headings in the row `lower` and the one above, if together they name more facts."""
    if not _TWO <= lower <= len(rows):
        return None
    texts = _texts(rows[lower - 2], rows[lower - 1])
    return _place(lower, _TWO, texts) if len(_facts(texts, known)) > most else None


def _texts(upper: Row, lower: Row) -> list[str | None]:
    """Join the headings of two rows; a merged cell above stands over all below it.

    >>> _texts(["客户名称", "联系人", None, "地区"], [None, "姓名", "手机", None])
    ['客户名称', '联系人 姓名', '手机', '地区']
    >>> _texts(["客户名称", "联系方式", None], [None, "手机", "邮箱"])
    ['客户名称', '手机', '邮箱']
    """
    over: list[str | None] = []
    for above, below in zip(upper, lower, strict=True):
        # A merged cell has its text in its first column; it ends where nothing stands below.
        over.append(above or (over[-1] if over and below else None))
    joined = [
        f"{above} {below}" if above and below and above != below else None
        for above, below in zip(over, lower, strict=True)
    ]
    texts = [
        both if both and fact_of(both) else below or above
        for both, above, below in zip(joined, over, lower, strict=True)
    ]
    # What two columns would be called alike keeps the heading above it.
    alike = Counter(fact_of(text) or text for text in texts if text)
    return [
        both if both and text and alike[fact_of(text) or text] > 1 else text
        for both, text in zip(joined, texts, strict=True)
    ]


def _joined(sheet: Sheet, place: Place) -> list[str | None]:
    lower = sheet.cells.row(place.row - 1)
    if place.depth == 1:
        return list(lower)
    return _texts(sheet.cells.row(place.row - 2), lower)


# ---------------------------------------------------------------- further tables, notes


def _further(sheet: Sheet, first: Place) -> list[int]:
    """Give the rows below that look like headings: most of their cells are, and two at least."""
    own = [text for text in sheet.cells.row(first.row - 1) if text]
    words = pl.Series([*_AS_WRITTEN, *own], dtype=pl.String).unique()
    hits = pl.sum_horizontal(
        pl.col(name).str.strip_chars().is_in(words.implode()).fill_null(value=False)
        for name in sheet.cells.columns
    )
    filled = pl.sum_horizontal(pl.all().exclude("row").is_not_null())
    below = sheet.cells.lazy().with_row_index("row", offset=1).slice(first.row)
    found = below.filter((hits >= _TWO) & (hits * 2 > filled)).select("row").collect()
    return [row for row in found["row"].to_list() if _names_facts(sheet.cells.row(row - 1), own)]


def _names_facts(row: Row, own: Sequence[str]) -> bool:
    return len(_facts(row, {fold(text) for text in own})) >= _TWO


def _is_same(row: Row, headings: Row) -> bool:
    """Tell whether a row is the headings once more, as on every page of a printed list."""
    again = [narrow(cell or "") for cell in row]
    return all(
        not text or text == narrow(heading or "")
        for text, heading in zip(again, headings, strict=True)
    )


def _beside(sheet: Sheet, first: Place, headings: Row) -> Iterator[Place]:
    """Cut the row of headings at empty columns, where the same facts begin anew."""
    blocks = list(_blocks(sheet, headings))
    facts = [_facts(headings[start : end + 1], set()) for start, end in blocks]
    is_anew = [len(one & facts[0]) >= _TWO for one in facts]
    if sum(is_anew) < _TWO:
        yield first
        return
    starts = [place for place, anew in enumerate(is_anew) if anew]
    for place, after in zip(starts, [*starts[1:], len(blocks)], strict=True):
        yield replace(first, first=blocks[place][0], last=blocks[after - 1][1], is_cut=True)


def _blocks(sheet: Sheet, headings: Row) -> Iterator[tuple[int, int]]:
    start: int | None = None
    for index, name in enumerate([*sheet.cells.columns, ""]):
        is_gap = not name or (not headings[index] and sheet.cells[name].is_null().all())
        if is_gap and start is not None:
            yield start, index - 1
            start = None
        elif not is_gap and start is None:
            start = index


def _notes(sheet: Sheet, place: Place, end: int) -> list[int]:
    """Give the rows below the last full one that say something about the table."""
    body = sheet.cells.slice(place.row, end - place.row - 1)
    filled = body.select(pl.sum_horizontal(pl.all().is_not_null()).alias("filled"))["filled"]
    full = (filled > _TWO).arg_true()
    if not len(full) or place.last - place.first < _TWO:
        return []
    last = int(full[-1])
    under = body.with_row_index("row", offset=place.row + 1).filter((filled > 0) & (filled <= _TWO))
    return [
        row
        for row, *cells in under.filter(pl.col("row") > place.row + 1 + last).iter_rows()
        if _NOTE.match(next(cell for cell in cells if cell))
    ]
