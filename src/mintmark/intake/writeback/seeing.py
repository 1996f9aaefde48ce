"""What stands in one column of a sheet, as columns: a million cells are no objects."""

from array import array
from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import polars as pl

from mintmark.intake.writeback.cells import Spot, plain_text, value_of
from mintmark.intake.writeback.markup import Markup
from mintmark.intake.writeback.places import Place

_STEP = 20_000  # values that are objects at a time


class Seen:
    """What a walk over the rows finds in the column."""

    def __init__(self, markup: Markup, place: Place, codes: pl.DataFrame) -> None:
        self.present = array("I")
        self.styles: set[bytes] = set()
        self._place = place
        self._rows, self._computed, self._shared = array("I"), array("b"), array("q")
        self._texts: list[str | None] = []
        self._packed: list[pl.Series] = []
        self._walk(markup, codes)

    def _walk(self, markup: Markup, codes: pl.DataFrame) -> None:
        wanted = _in_order(codes["row"])
        next_ = next(wanted, None)
        for row in markup.rows():
            while next_ is not None and next_ < row.number:
                next_ = next(wanted, None)  # a row that is not there
            if next_ is None:
                break
            if next_ == row.number:
                self._note(markup.spot(row, self._place.column), row.number)

    def _note(self, spot: Spot, number: int) -> None:
        self.present.append(number)
        if spot.tag is None and number != self._place.headings:
            self.styles.add(neighbour(spot, self._place))
        value, computed = value_of(spot)
        if value is None and not computed:
            return
        self._rows.append(number)
        self._computed.append(computed)
        self._shared.append(value if isinstance(value, int) else -1)
        self._texts.append(value if isinstance(value, str) else None)
        if len(self._texts) == _STEP:
            self._pack()

    def _pack(self) -> None:
        """Columns take a fraction of what as many objects do."""
        self._packed.append(pl.Series(self._texts, dtype=pl.String))
        self._texts.clear()

    def cells(self) -> pl.DataFrame:
        """Give `row`, `computed`, and the text `there` or the number of a shared `string`."""
        self._pack()
        return pl.DataFrame({
            "row": pl.Series(self._rows, dtype=pl.UInt32),
            "computed": pl.Series(self._computed, dtype=pl.Int8).cast(pl.Boolean),
            "there": pl.concat(self._packed),
            "string": pl.Series(self._shared, dtype=pl.Int64).replace(-1, None),
        })  # fmt: skip


def _in_order(column: pl.Series) -> Iterator[int]:
    """Give values one by one, without holding an object for each."""
    for start in range(0, len(column), _STEP):
        yield from column.slice(start, _STEP).to_list()


def neighbour(spot: Spot, place: Place) -> bytes:
    """Give the style of the cell beside: whose look a new cell takes over."""
    return spot.right if place.before else spot.left


def with_strings(archive: ZipFile, part: str | None, cells: pl.DataFrame) -> pl.DataFrame:
    """Look up shared strings (18.4.9), one pass over them."""
    wanted = cells["string"].drop_nulls().unique().sort()
    strings = _strings(archive, part, wanted)
    joined = cells.join(strings, on="string", how="left")
    return joined.select("row", "computed", there=pl.coalesce("there", "text"))


def _strings(archive: ZipFile, part: str | None, wanted: pl.Series) -> pl.DataFrame:
    schema = {"string": pl.Int64, "text": pl.String}
    frames = [pl.DataFrame(schema=schema)]
    if not len(wanted) or part is None:
        return frames[0]
    asked = _in_order(wanted)
    next_ = next(asked, None)
    taken: list[tuple[int, str]] = []
    with archive.open(part) as stream:
        for number, text in enumerate(_items(stream)):
            if number == next_:
                taken.append((number, text))
                next_ = next(asked, None)
            if len(taken) == _STEP or next_ is None:
                frames.append(pl.DataFrame(taken, schema=schema, orient="row"))
                taken.clear()
            if next_ is None:
                break
    return pl.concat([*frames, pl.DataFrame(taken, schema=schema, orient="row")])


def _items(stream: IO[bytes]) -> Iterator[str]:
    root: ET.Element | None = None
    for event, element in ET.iterparse(stream, ("start", "end")):  # noqa: S314 - guarded by expat
        if root is None:
            root = element
        elif event == "end" and element.tag.rpartition("}")[2] == "si":
            yield plain_text(element)
            root.clear()
