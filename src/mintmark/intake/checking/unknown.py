"""Values that no code table has: each once, with what it may be, to be mapped once.

>>> from mintmark.rule.table import CodeTable
>>> places = CodeTable.of("region", {"BJ": ["北京", "北京市"], "SH": ["上海", "Shanghai"]})
>>> near = Near([places])
>>> near.to("北京市区"), near.to("背景"), near.to("Shnghai"), near.to("火星")
(('北京',), ('北京',), ('上海',), ())
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from mintmark.match.sounds import spoken
from mintmark.rule.table import CodeTable
from mintmark.text import fold

_MOST = 3
_NEAR = 70  # of 100: about one character in three may differ
_SHORTEST = 2  # characters of a spelling that may be part of a longer value


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A value of an attribute that no code table has, in how many rows, and what it may be."""

    attribute: str
    value: str
    count: int
    near: tuple[str, ...]


class Near:
    """Finds the entries of code tables that a value may be meant for."""

    def __init__(self, tables: Sequence[CodeTable]) -> None:
        entries = [entry for table in tables for entry in table.entries]
        self._names = {fold(text): entry.name for entry in entries for text in entry.spellings}
        self._sounds = {text: " ".join(spoken(text)) for text in self._names}

    def to(self, value: str) -> tuple[str, ...]:
        """Give the names of the entries nearest to a value, the nearest first; three at most."""
        given = fold(value)
        if not given:
            return ()
        scores: dict[str, float] = {}
        for text, score in self._alike(given):
            name = self._names[text]
            scores[name] = max(score, scores.get(name, 0))
        return tuple(sorted(scores, key=lambda name: (-scores[name], name))[:_MOST])

    def _alike(self, given: str) -> list[tuple[str, float]]:
        sound = " ".join(spoken(given))
        found = [
            (text, 90.0 + 10 * min(len(text), len(given)) / max(len(text), len(given)))
            for text in self._names
            if min(len(text), len(given)) >= _SHORTEST and (text in given or given in text)
        ]
        spelt = process.extract(
            given, list(self._names), scorer=fuzz.ratio, limit=_MOST, score_cutoff=_NEAR
        )
        heard = process.extract(
            sound, self._sounds, scorer=fuzz.ratio, limit=_MOST, score_cutoff=80
        )
        found += [(text, score) for text, score, _ in spelt]
        return found + [(text, score - 1) for _, score, text in heard]
