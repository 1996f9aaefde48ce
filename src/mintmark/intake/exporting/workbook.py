"""Write frames as a workbook, a million rows in seconds and none of them kept.

XlsxWriter makes the workbook: its sheets with their headings, widths and looks. It takes 90 µs for
a row, though, one cell after the other; so the rows themselves are put into its sheets as columns
of XML, on the way into the file. Texts are inline strings (ECMA-376-1, 18.3.1.53): no spreadsheet
takes one for a formula, or rounds a phone number. Days are real days.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl
import xlsxwriter

from mintmark.intake.exporting.columns import Column
from mintmark.intake.reading import letter
from mintmark.intake.workbooks import drawn
from mintmark.progress import Progress

_MOST_ROWS = 1_048_575  # of a sheet, below its headings
_LONGEST = 32_767  # characters of a cell
_BLOCK = 2_500  # rows that are written at once
_SAMPLE = 200  # rows that tell how wide the columns are
_WIDEST = 48
_FORMATS = {"date": "yyyy-mm-dd", "time": "yyyy-mm-dd hh:mm:ss"}
_END = b"</sheetData>"
_COL = re.compile(rb'<col min="(\d+)" max="(\d+)"[^>]* style="(\d+)"')
_QUICK = 1  # of zlib: a tenth larger than by its usual level, in a third of the time
# A spreadsheet believes that 1900 had a 29 February; from the next day on it counts right.
_FIRST_DAY, _EPOCH = date(1900, 3, 1), date(1899, 12, 30)
_DAY = 86_400_000  # milliseconds


def write_workbook(
    file: str, sheet: str, columns: Sequence[Column], frames: Iterator[pl.DataFrame], *, total: int
) -> Iterator[Progress]:
    """Write frames, in sheets of 1,048,575 rows; `total`: how many rows there are in all."""
    nothing = pl.DataFrame(schema={column.name: pl.String for column in columns})
    first = next(frames, nothing)
    shell = _shell(sheet, columns, first, max(1, -(-total // _MOST_ROWS)))
    rows = _Rows(first, frames, columns)
    with (
        zipfile.ZipFile(shell) as made,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICK) as book,
    ):
        for member in made.namelist():
            content = made.read(member)
            if not member.startswith("xl/worksheets/sheet"):
                book.writestr(member, content)
                continue
            height = min(total - rows.done, _MOST_ROWS) + 1
            before, _, after = _sized(content, len(columns), height).partition(_END)
            with book.open(member, "w", force_zip64=True) as page:
                page.write(before)
                for block in rows.page(_MOST_ROWS, _styles(before)):
                    page.write(block)
                    yield Progress(done=rows.done, total=total)
                page.write(_END + after)


def _sized(page: bytes, columns: int, rows: int) -> bytes:
    """Tell how large the table of a sheet is: some readers go by that."""
    whole = f'<dimension ref="A1:{letter(columns - 1)}{rows}"/>'.encode()
    return re.sub(rb'<dimension ref="[^"]*"/>', whole, page, count=1)


def _styles(page: bytes) -> list[str]:
    """Give the number of each column's look."""
    return [
        style.decode()
        for first, last, style in _COL.findall(page)
        for _ in range(int(first), int(last) + 1)
    ]


class _Rows:
    """The rows of frames as XML, a sheet's worth at a time."""

    def __init__(
        self, first: pl.DataFrame, frames: Iterator[pl.DataFrame], columns: Sequence[Column]
    ) -> None:
        self._left, self._frames, self._columns = first, frames, columns
        self.done = 0

    def page(self, most: int, styles: Sequence[str]) -> Iterator[bytes]:
        """Give so many rows, at most, for the next sheet, in blocks; the first is row 2."""
        row = 2
        while row < most + 2:
            if not self._left.height:
                following = next(self._frames, None)
                if following is None:
                    return
                self._left = following
            room = min(most + 2 - row, _BLOCK)
            block, self._left = self._left.head(room), self._left.slice(room)
            yield _xml(block, self._columns, styles, row)
            row += block.height
            self.done += block.height


def _shell(name: str, columns: Sequence[Column], first: pl.DataFrame, pages: int) -> io.BytesIO:
    """Make the workbook without its rows."""
    shell = io.BytesIO()
    book = xlsxwriter.Workbook(shell, {"in_memory": True})
    bold = book.add_format({"bold": True, "bg_color": "#EEF2F6", "bottom": 1, "valign": "vcenter"})
    looks = {
        kind: book.add_format({"num_format": _FORMATS.get(kind, "@"), "valign": "top"})
        for kind in (*_FORMATS, "text")
    }
    for number in range(1, pages + 1):
        page = book.add_worksheet(name if number == 1 else f"{name} {number}")
        page.freeze_panes(1, 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        for place, column in enumerate(columns):
            look = looks.get(column.kind, looks["text"])
            page.set_column(place, place, _width(column, first), look)
            page.write_string(0, place, column.heading, bold)
    book.close()
    return shell


def _width(column: Column, first: pl.DataFrame) -> int:
    texts = [column.heading, *first[column.name].head(_SAMPLE).cast(pl.String).drop_nulls()]
    if column.kind in _FORMATS:
        texts = [column.heading, _FORMATS[column.kind]]
    return max(drawn(column.heading) + 2, min(max(map(drawn, texts)) + 2, _WIDEST))


def _xml(
    frame: pl.DataFrame, columns: Sequence[Column], styles: Sequence[str], first: int
) -> bytes:
    """Write rows; `first` is the number of the first one."""
    # By their places: a column of one's own may have any name.
    named = frame.rename({column.name: f"c{place}" for place, column in enumerate(columns)})
    numbered = named.with_columns((pl.int_range(pl.len()) + first).cast(pl.String).alias("row"))
    cells = [_cell(c.kind, place, styles[place]) for place, c in enumerate(columns)]
    row = pl.concat_str(pl.lit('<row r="'), "row", pl.lit('">'), *cells, pl.lit("</row>"))
    return "".join(numbered.select(row).to_series()).encode()


def _cell(kind: str, place: int, style: str) -> pl.Expr:
    value, begin = pl.col(f"c{place}"), f'<c r="{letter(place)}'
    opened = f'" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
    written = _between(begin, opened, _escaped(value.cast(pl.String)), "</t></is></c>")
    if kind == "date":
        days = (value - pl.lit(_EPOCH)).dt.total_days().cast(pl.String)
        counted = _between(begin, f'" s="{style}"><v>', days, "</v></c>")
        written = pl.when(value >= _FIRST_DAY).then(counted).otherwise(written)
    elif kind == "time":
        local = value.dt.replace_time_zone(None) - pl.lit(_EPOCH).cast(pl.Datetime("us"))
        days = (local.dt.total_milliseconds() / _DAY).cast(pl.String)
        written = _between(begin, f'" s="{style}"><v>', days, "</v></c>")
    return pl.when(value.is_null()).then(pl.lit("")).otherwise(written)


def _between(begin: str, middle: str, value: pl.Expr, end: str) -> pl.Expr:
    return pl.concat_str(pl.lit(begin), pl.col("row"), pl.lit(middle), value, pl.lit(end))


def _escaped(value: pl.Expr) -> pl.Expr:
    """Write a text as XML; what XML cannot hold is left out (ECMA-376-1, 22.4.2.4)."""
    kept = value.str.slice(0, _LONGEST).str.replace_all(_NOT_IN_XML, "")
    kept = kept.str.replace_all("_(x[0-9A-Fa-f]{4}_)", "_x005F_$1")
    return kept.str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])


_NOT_IN_XML = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
