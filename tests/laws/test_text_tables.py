"""Text tables: the fast way and the careful way read the same, and neither loses a cell."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mintmark import errors
from mintmark.intake.reading import quotes, structure
from mintmark.intake.reading.text import Text

CELLS = st.text(st.sampled_from('ab王,;"\n\r \t|'), max_size=4)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=6)
TEXTS = st.text(st.sampled_from('ab王,,"\n\r'), min_size=1, max_size=24)


def read(text: str, path: Path, *, rows: int | None = None) -> list[tuple[str | None, ...]]:
    path.write_bytes(text.encode())
    return Text(path, path.name).sheet("", rows=rows).cells.rows()


def filled(rows: list[list[str]]) -> list[list[str]]:
    """Rows without the empty cells at their ends, which say nothing."""
    return [_stripped(row) for row in rows]


def _stripped(row: list[str]) -> list[str]:
    while row and not row[-1].strip():
        row = row[:-1]
    return row


@settings(max_examples=60)
@given(ROWS)
def test_what_a_program_wrote_is_read_cell_by_cell(rows: list[list[str]]) -> None:
    """It says how it cuts: cells of nothing but other delimiters may look like cut ones."""
    made = io.StringIO(newline="")
    csv.writer(made).writerows([["名", "b", "c", "d"], *rows])
    with tempfile.TemporaryDirectory() as folder:
        found = read("\ufeffsep=,\r\n" + made.getvalue(), Path(folder) / "a.csv")
    told, *plain = [[cell or "" for cell in row] for row in found]
    assert filled([told]) == [["sep="]]
    assert filled(plain) == filled([["名", "b", "c", "d"], *rows])


@settings(max_examples=150)
@given(TEXTS)
def test_the_fast_way_and_the_careful_way_agree(text: str) -> None:
    """On every text that the fast way takes; and the first rows are those of the whole."""
    text = "x,y,z\n" + text
    shape = structure.survey(io.BytesIO(text.encode()), ",", file="")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        try:
            careful = read(text, path, rows=1000)
        except errors.OpenQuote:
            assert not shape.is_regular
            return
        whole = read(text, path)
    assert whole == careful
    if shape.is_regular:
        assert len(whole) == shape.rows


@settings(max_examples=150)
@given(TEXTS)
def test_no_open_quote_swallows_a_row(text: str) -> None:
    """A cell over several lines is one that the standard's own grammar closes, or is refused."""
    lines = io.StringIO(text, newline="")
    try:
        rows = list(quotes.rows(lines, ",", file=""))
    except errors.OpenQuote as refusal:
        opened = io.StringIO(text, newline="").readlines()[refusal.line - 1]
        assert '"' in opened
        return
    for cell in (cell for row in rows for cell in row if "\n" in cell or "\r" in cell):
        assert '"' + cell.replace('"', '""') + '"' in text
