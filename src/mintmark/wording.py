"""What people read: every sentence by its key, in the two languages of the catalogues.

>>> Wording("en")("fact.phone"), Wording("zh-CN")("fact.phone")
('phone', '手机号')
>>> from mintmark.errors import UnknownCode
>>> Wording("en").refusal(UnknownCode(code="V-1"))[0]
'No such code was ever minted here: “V-1”.'
"""

import gettext
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from unicodedata import east_asian_width

from mintmark.errors import Refusal

LANGUAGES = ("zh-CN", "en")
FOLDER = Path(__file__).parent / "locale"
DOMAIN = "mintmark"

# Facts of refusals that are themselves words of the trade, and how their keys begin.
_NAMED = {
    "fact": "fact", "attribute": "fact", "missing": "fact", "evidence": "evidence",
    "dimension": "period", "manual": "manual", "mended": "mended", "order": "order",
    "stage": "batch-state", "deed": "batch-deed", "ended": "job-state",
}  # fmt: skip
_COUNTS = (
    "total",
    "done",
    "count",
    "capacity",
    "left",
    "held",
    "expected",
    "codes",
    "spelt",
    "customers",
    "elsewhere",
)


class Wording:
    """The sentences of one language, with times as they are in a time zone (`zone`)."""

    def __init__(self, language: str, zone: tzinfo = UTC) -> None:
        self.language = language
        self.zone = zone
        self._catalogue = gettext.translation(
            DOMAIN, FOLDER, languages=[language.replace("-", "_")], fallback=False
        )

    def __call__(self, key: str, /, **facts: object) -> str:
        """Give the sentence for a key, with its facts filled in. Raises KeyError without one."""
        sentence = self._catalogue.gettext(key)
        if sentence == key:
            raise KeyError(key)
        return sentence.format(**{name: self._shown(name, fact) for name, fact in facts.items()})

    def has(self, key: str) -> bool:
        """Tell whether the catalogue has the key."""
        return self._catalogue.gettext(key) != key

    def fact(self, name: str) -> str:
        """Give what a fact is called; an attribute of one's own has its own name.

        >>> Wording("en").fact("id_number"), Wording("en").fact("grade")
        ('ID number', 'grade')
        """
        return self(f"fact.{name}") if self.has(f"fact.{name}") else name

    def refusal(self, refusal: Refusal, /) -> tuple[str, str]:
        """Give what is wrong, and the way out."""
        facts = refusal.facts()
        if "file" in facts:
            facts["place"] = self.place(facts["file"], facts.get("sheet"), facts.get("row"))
        if isinstance(text := facts.get("text"), str) and isinstance(facts.get("column"), int):
            facts["pointed"] = _pointed(text, int(str(facts["column"])))
        said = self(f"refusal.{refusal.slug}", **facts)
        way_out = self(f"refusal.{refusal.slug}.way-out", **facts)
        if facts.get("near"):
            way_out = self("did-you-mean", near=facts["near"]) + way_out
        if facts.get("nearest"):
            way_out += self("nearest", nearest=facts["nearest"])
        return said, way_out

    def moment(self, time: datetime) -> str:
        """Give a time to the minute, with how far it is from UTC.

        >>> from zoneinfo import ZoneInfo
        >>> time = datetime(2026, 1, 2, 20, 30, tzinfo=UTC)
        >>> Wording("en").moment(time), Wording("en", ZoneInfo("Asia/Shanghai")).moment(time)
        ('2026-01-02 20:30Z', '2026-01-03 04:30+08:00')
        """
        here = time.astimezone(self.zone).isoformat(" ", "minutes")
        return here.removesuffix("+00:00") + "Z" if here.endswith("+00:00") else here

    def place(self, file: object, sheet: object, row: object = None, column: str = "") -> str:
        """Give where something is: file, sheet (if it has any), row, column.

        >>> Wording("en").place("list.csv", "", 7, "F phone")
        'list.csv › row 7 › F phone'
        """
        parts = (file, sheet, self("where.row", row=row) if row else None, column)
        return " › ".join(str(part) for part in parts if part)

    def _shown(self, name: str, fact: object) -> str:
        if isinstance(fact, tuple | list | Mapping):
            return self._several(name, fact)
        if isinstance(fact, bool | int):
            return f"{fact:,}" if name in _COUNTS else str(fact)
        if isinstance(fact, date):
            return self.moment(fact) if isinstance(fact, datetime) else fact.isoformat()
        if fact is None or (name == "sheets" and not fact):
            return "—"  # a text table has no sheets
        if name in _NAMED and self.has(f"{_NAMED[name]}.{fact}"):
            return self(f"{_NAMED[name]}.{fact}")
        return str(fact)

    def _several(self, name: str, facts: Sequence[object] | Mapping[str, object]) -> str:
        """Write a list, or a customer as facts with their values."""
        if isinstance(facts, Mapping):
            pairs = (f"{self._shown('fact', key)} {value}" for key, value in facts.items())
            return self("list.separator").join(pairs) or self("word.everybody")
        if not facts:
            return "—"
        between = "; " if isinstance(facts[0], Mapping) else self("list.separator")
        return between.join(self._shown(name, one) for one in facts)


def _pointed(text: str, column: int) -> str:
    """Give the text with a caret under a character, counted from 1, as wide as it is drawn.

    >>> print(_pointed("客户{x}", 4))
    客户{x}
         ^
    """
    before = sum(2 if east_asian_width(c) in "WF" else 1 for c in text[: column - 1])
    return f"{text}\n{' ' * before}^"


def language(wanted: str | None, environ: Mapping[str, str]) -> str:
    """Choose a language: the one wanted, else by LANGUAGE, LC_ALL, LC_MESSAGES, LANG; else English.

    >>> language("zh", {}), language(None, {"LANG": "zh_CN.UTF-8"}), language(None, {"LANG": "C"})
    ('zh-CN', 'zh-CN', 'en')
    """
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = wanted or next((environ[name] for name in names if environ.get(name)), "")
    return "zh-CN" if chosen.lower().startswith("zh") else "en"


def speak_everywhere(wording: Wording) -> None:
    """Let libraries that use the process-wide gettext, as the command line's, speak it, too."""
    os.environ["LANGUAGE"] = wording.language.replace("-", "_")
    gettext.bindtextdomain(DOMAIN, FOLDER)
    gettext.textdomain(DOMAIN)
