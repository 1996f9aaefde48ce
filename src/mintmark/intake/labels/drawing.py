"""Put a code and some lines of text on a label: rectangles and texts in millimetres (pure).

The origin is the label's upper left corner. A module is as many whole dots of the printer as fit:
bars between two dots come out uneven.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from mintmark.errors import BarcodeTooWide
from mintmark.intake.labels.layouts import Layout
from mintmark.intake.labels.symbols import QUIET, Symbol, bars, square
from mintmark.intake.workbooks import drawn

MARKS = ("code128", "qr")
_PAD = 2.0
_FINEST = 0.165  # of a bar: what a hand scanner reads from paper
_INCH = 25.4
_LINE = 1.35  # of a text's size
_WIDE = 0.6  # of a text's size: what a letter takes; a Chinese character takes two of 0.5
_TEXT, _CODE = 3.2, 2.9  # sizes


@dataclass(frozen=True, slots=True)
class Rect:
    """A black rectangle: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text that begins at x on the base line y; `is_code`: in letters of one width."""

    x: float
    y: float
    size: float
    text: str
    is_code: bool = False


Shape = Rect | Text


def label(
    code: str, lines: Sequence[str], layout: Layout, name: str, marks: Collection[str] | None
) -> list[Shape]:
    """Draw a label; `marks`: of `MARKS`, by default the square, and the bars where they fit.

    `name` is the layout's, for refusals. Raises NotForBars or BarcodeTooWide.
    """
    width, height = layout.label[0] - 2 * _PAD, layout.label[1] - 2 * _PAD
    made = _bars(code, layout, name, width, marks)
    shapes: list[Shape] = []
    top = height
    if made is not None:
        symbol, module = made
        high = min(max(0.32 * height, 5.0), 15.0)
        top = height - high - _CODE * _LINE - 1.0
        left = _PAD + (width - symbol.width * module) / 2
        shapes += _runs(symbol, module, left, _PAD + top + 1.0, high)
        beside = max((width - len(code) * _WIDE * _CODE) / 2, 0.0)
        size = min(_CODE, width / (len(code) * _WIDE))
        shapes.append(Text(_PAD + beside, _PAD + height - 0.6, size, code, is_code=True))
    left = _PAD
    if marks is None or "qr" in marks:
        side = min(top, 0.45 * width)
        shapes += _square(code, layout, left, _PAD, side)
        left += side
    told = list(_told(lines, _TEXT, width + _PAD - left, top))
    if made is None:
        size = min(_TEXT, (width + _PAD - left) / (max(len(code), 1) * _WIDE))
        shapes.append(Text(left, _PAD + _TEXT, size, code, is_code=True))
        told = told[: int(top / (_TEXT * _LINE)) - 1]
    first = _PAD + _TEXT + (_TEXT * _LINE if made is None else 0.0)
    for number, line in enumerate(told):
        shapes.append(Text(left, first + number * _TEXT * _LINE, _TEXT, line))
    return shapes


def _bars(
    code: str, layout: Layout, name: str, room: float, marks: Collection[str] | None
) -> tuple[Symbol, float] | None:
    """Give the bars and how wide a module of them is, None where there are none."""
    if marks is not None and "code128" not in marks:
        return None
    if marks is None and not code.isascii():
        return None
    symbol = bars(code)
    modules = symbol.width + 2 * QUIET["code128"]
    dot = _INCH / layout.dots
    module = int(room / modules / dot) * dot
    if module < _FINEST:
        if marks is None:
            return None
        finest = dot * -(-_FINEST // dot)
        needed = round(modules * finest + 2 * _PAD, 1)
        raise BarcodeTooWide(code=code, layout=name, needed=needed, room=layout.label[0])
    return symbol, module


def _square(code: str, layout: Layout, left: float, top: float, side: float) -> Iterator[Rect]:
    symbol = square(code)
    modules = symbol.width + 2 * QUIET["qr"]
    dot = _INCH / layout.dots
    module = max(int(side / modules / dot), 1) * dot
    # The label's own margin is white, too: of the quiet zone only the rest is needed.
    quiet = max(QUIET["qr"] * module - _PAD, 0.0)
    yield from _runs(symbol, module, left + quiet, top + quiet, module)


def _runs(symbol: Symbol, module: float, left: float, top: float, high: float) -> Iterator[Rect]:
    for row, first, modules in symbol.runs:
        yield Rect(left + first * module, top + row * high, modules * module, high)


def _told(lines: Sequence[str], size: float, width: float, height: float) -> Iterator[str]:
    """Give as many lines as there is room for, each cut where it would run over the edge."""
    for line in [one for one in lines if one][: int(height / (size * _LINE))]:
        most = int(width / (size * 0.5))
        if drawn(line) <= most:
            yield line
            continue
        cut = line
        while cut and drawn(cut) > most - 1:
            cut = cut[:-1]
        yield f"{cut}…"
