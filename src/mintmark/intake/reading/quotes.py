r"""Text whose quotation marks do not stand where they should, row by row.

A mark within a line is what it is: ``5" pipe`` is a value. But a mark that opens a cell in one line
and is not closed, at the end of a cell, in a later one has swallowed rows: that is refused.

>>> list(rows(['a,5" pipe\n', '"b" c,d\n'], ",", file="list.csv"))
[['a', '5" pipe'], ['b c', 'd']]
"""

import csv
import re
from collections.abc import Iterable, Iterator

from mintmark.errors import OpenQuote, TooManyColumns, UnreadableFile
from mintmark.intake.reading.structure import COLUMNS

_ENDS = re.compile(r"\r\n|\r|\n")
csv.field_size_limit(2**31 - 1)  # a cell that is too long is for the checks to refuse, with its row


def rows(lines: Iterable[str], delimiter: str, *, file: str) -> Iterator[list[str]]:
    """Cut lines into rows. Raises OpenQuote with the line, or UnreadableFile."""
    taken: list[str] = []

    def noted() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    reader = csv.reader(noted(), delimiter=delimiter)
    shapes = _Shapes(delimiter)
    before = 0
    try:
        for row in reader:
            text = "".join(taken)
            if '"' in text and (place := shapes.first_open(text)) is not None:
                opened = len(_ENDS.findall(text, 0, place))
                raise OpenQuote(file=file, line=before + opened + 1)
            if len(row) > COLUMNS:
                raise TooManyColumns(file=file, line=before + 1, most=COLUMNS)
            yield row
            before += len(taken)
            taken.clear()
    except csv.Error as error:
        raise UnreadableFile(file=file, reason=f"{error} ({before + 1})") from None


class _Shapes:
    """What a cell may look like, from its first character up to the delimiter behind it."""

    def __init__(self, delimiter: str) -> None:
        cut = re.escape(delimiter)
        self._quoted = re.compile(rf'"(?:[^"]|"")*+"(?={cut}|[\r\n]|\Z)')
        # A mark that is closed within its line, with something behind it.
        self._loosely = re.compile(rf'"(?:[^"\r\n]|"")*+"[^{cut}\r\n]*+')
        self._plain = re.compile(rf'[^"{cut}\r\n][^{cut}\r\n]*+|(?!")')

    def first_open(self, text: str) -> int | None:
        """Give the place of a mark that opens a cell and does not close it in a right place."""
        place = 0
        while place < len(text):
            found = (
                self._quoted.match(text, place)
                or self._loosely.match(text, place)
                or self._plain.match(text, place)
            )
            if found is None:
                return place
            place = found.end() + 1
        return None
