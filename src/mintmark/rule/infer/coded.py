"""Coded parts: few values, each again and again; and which of them are slips of the pen.

>>> kept({"BJ": 500, "SH": 300, "GZ": 40, "BK": 2, "SJ": 1})
['BJ', 'SH', 'GZ']
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from mintmark.rule.infer.columns import Attributes, Column
from mintmark.rule.infer.explain import explained
from mintmark.rule.infer.grid import Grid
from mintmark.rule.infer.inference import Evidence
from mintmark.rule.infer.parts import Part
from mintmark.text import initials

# Letters that provinces and cities of China go by in codes; only to propose a name for a part.
_LETTERS = """
BJ TJ HE SX NM LN JL HL SH JS ZJ AH FJ JX SD HA HB HN GD GX HI CQ SC GZ YN XZ SN GS QH NX XJ TW HK
MO SZ CD HZ NJ WH XA SY DL QD JN ZZ CS XM FZ NB WX SU CC HR KM NC NN HF TY SJ LZ YC XN UR HH GY DG
FS ZH ZS BD TS LS WZ SHA BJS CAN SZX CTU HGH NKG WUH XIY CKG TSN PEK PVG TAO XMN FOC
"""
REGIONS = frozenset(_LETTERS.split())
_HAN_REGIONS = frozenset("京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔滇藏陕甘青宁新台港澳")
_TYPES = frozenset("VNP")
_CROWD = 50
_LOST = 0.025  # of the codes are no slips in one part
_CHANGED = 0.002  # of a value's codes become one certain other value by a wrong character
_RESIZED = 0.015  # the same by a character too many or too few: there are fewer ways
_ONLY = 0.95
_SECOND = 0.005
_FREE = 0.25  # of the codes: so many values are no table any more
_MANY = 1500
_SMALL = 60
_AGREE = 0.88
_INITIALS = 4
_NAMES = 400
_FEW = 3
_ROWS = 2000
_SHORT = 3


def kept_of(values: Mapping[str, int]) -> list[str]:
    """Give the values that are no slips; all, if so many of those that could be do occur."""
    good = kept(values)
    width = len(good[0]) if good else 0
    whole = [value for value in values if len(value) == width]
    could = (10 if all(map(str.isdigit, good)) else 26) ** width
    lost = sum(values.values()) - sum(values[value] for value in good)
    crowded = len(whole) >= max(_CROWD, could // 4) and lost > _LOST * sum(values.values())
    return whole if crowded else good


def kept(values: Mapping[str, int]) -> list[str]:
    """Give the values that are no slips, the most frequent first."""
    rows = sum(values.values())
    floor = 0 if rows < _SMALL else 1
    found: list[str] = []
    near: dict[str, int] = {}  # what a slip of a value may read, and the codes of that value
    for value, count in sorted(values.items(), key=lambda item: (-item[1], item[0])):
        changed = max((near.get(pattern, 0) for pattern in _changed(value)), default=0)
        resized = max((near.get(pattern, 0) for pattern in _resized(value)), default=0)
        if count <= floor + max(_CHANGED * changed, _RESIZED * resized):
            continue
        found.append(value)
        for pattern in (*_changed(value), *_resized(value)):
            near.setdefault(pattern, count)
    return found or list(values)[:1]


def _changed(value: str) -> list[str]:
    """Give the value with each character wild: equal ones are one wrong character apart."""
    return [f"{value[:at]}?{value[at + 1 :]}" for at in range(len(value))]


def _resized(value: str) -> list[str]:
    """Give the value, and what it is without each character: one may be left out or doubled."""
    left_out = (value[:at] + value[at + 1 :] for at in range(len(value)))
    return [f"={value}", *(f"={text}" for text in left_out if text)]


def lettered(grid: Grid, parts: list[Part], known: Attributes | None = None) -> list[Part]:
    """Make runs of letters literal, initials or coded; leave open what has many values."""
    made: list[Part] = []
    for part in parts:
        made += _lettered(grid, part, known or Attributes()) if part.kind == "letters" else [part]
    return made


def _lettered(grid: Grid, part: Part, known: Attributes) -> list[Part]:
    values = grid.values(part.start, part.stop)
    good = kept(values)
    rows = len(grid)
    if only(values, rows):
        return [literal(part, good[0])]
    prefix = _prefix(good)
    if prefix and not known_regions(good):
        front, rest = part.cut(part.start + prefix)
        return [literal(front, good[0][:prefix]), *_lettered(grid, rest, known)]
    share = max((_initials(grid, part, column) for column in known.names), default=0.0)
    if share >= _AGREE:
        said = (Evidence("initials", (share,)),)
        return [replace(part, kind="initials", name="name", evidence=said, confidence=share)]
    pieces = divided(grid, part, good, known)
    if len(pieces) > 1:
        return pieces
    free = len(values) > min(_MANY, max(_FREE * rows, 3))
    return [part if free and part.width > 1 else coded(part)]


def _initials(grid: Grid, part: Part, column: Column) -> float:
    """Give how many codes have the initials of the names in a column."""
    if not 1 < part.width <= _INITIALS:
        return 0.0
    some = grid.some(_NAMES)
    pairs = zip(column.values.gather(some.rows), some.texts(part.start, part.stop), strict=True)
    given = [initials(name, part.width) == code for name, code in pairs if name]
    return sum(given) / len(given) if len(given) >= _FEW else 0.0


def only(values: Mapping[str, int], rows: int) -> bool:
    """Tell whether there is but one value, slips apart."""
    counts = sorted(values.values(), reverse=True)
    second = counts[1] if len(counts) > 1 else 0
    return counts[0] >= _ONLY * rows and second <= max(1, _SECOND * rows)


def literal(part: Part, text: str) -> Part:
    """Make a part literal."""
    said = (Evidence("constant"),)
    return replace(part, kind="literal", form=text, evidence=said, confidence=1.0)


def coded(part: Part) -> Part:
    """Make a part coded."""
    return replace(part, kind="coded", place="any" if part.place == "any" else part.place)


def known_regions(values: Sequence[str]) -> bool:
    """Tell whether most are letters of Chinese provinces and cities."""
    known = sum(value in REGIONS or value in _HAN_REGIONS for value in values)
    return known >= 0.6 * len(values)


def proposed(values: Sequence[str]) -> str:
    """Give a name that suits the values, "" if none does.

    >>> proposed(["BJ", "SH", "ZJ", "Q9"]), proposed(["V", "N", "P"]), proposed(["X1", "X2"])
    ('region', 'type', '')
    """
    if len(values) > 1 and known_regions(values):
        return "region"
    if set(values) <= _TYPES:
        return "type"
    return ""


def _prefix(values: Sequence[str]) -> int:
    """Give how long the front is that all values share, as far as it stands for itself."""
    if len(values) < 2:  # noqa: PLR2004
        return 0
    same = 0
    while same < len(values[0]) - 1 and len({value[same] for value in values}) == 1:
        same += 1
    rest = [value[same:] for value in values]
    return same if same >= 2 or (same and known_regions(rest)) else 0  # noqa: PLR2004


def divided(grid: Grid, part: Part, values: Sequence[str], known: Attributes) -> list[Part]:
    """Cut coded places where two attributes touch: as columns say, else as the values do."""
    some = grid.some(_ROWS)
    rows = pl.Series(some.rows)

    def told(start: int, stop: int) -> set[str]:
        codes = pl.Series(some.texts(start, stop).tolist())
        return {c.name for c in known.coded if explained(codes, rows, c) is not None}

    if known.coded and part.width > 1:
        if told(part.start, part.stop):
            return [coded(part)]
        for at in range(part.start + 1, part.stop):
            if told(part.start, at) and told(at, part.stop):
                return [coded(piece) for piece in part.cut(at)]
    at = _split(values) if part.place == "letters" or part.width > _SHORT else 0
    return [coded(piece) for piece in part.cut(part.start + at)] if at else [coded(part)]


def _split(values: Sequence[str]) -> int:
    """Give where two independent codes touch: nearly every front occurs with every rear."""
    best, place = 0.6, 0
    if known_regions(values):
        return 0
    for at in range(1, len(values[0])):
        fronts, rears = {v[:at] for v in values}, {v[at:] for v in values}
        few, many = sorted((len(fronts), len(rears)))
        share = len(values) / (few * many)
        if 1 < few <= 6 and few + many < len(values) and share > best:  # noqa: PLR2004
            best, place = share, at
    return place
