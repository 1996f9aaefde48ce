"""The parts of a code while they are being learnt: where they stand, what they are.

A part begins as ``letters``, ``digits`` or ``mixed`` and becomes one of ``literal``, ``coded``,
``date``, ``initials``, ``seq``, ``random`` or ``check``.

>>> [part.form or part.kind for part in parts_of("AA-9999")]
['letters', '-', 'digits']
>>> Part("seq", 0, 4, widest=6).text
'{seq:4,widen}'
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mintmark.rule.infer.inference import Evidence
from mintmark.text import canonical

ALPHABETS = {
    "decimal": "0123456789",
    "letters": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "hex": "0123456789ABCDEF",
    "crockford": "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
    "base36": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
}
_KINDS = {"9": "digits", "A": "letters", "中": "letters", "X": "mixed"}
_CLASSES = {"digits": "[0-9]", "letters": "[A-Z*]", "mixed": "[0-9A-Z*]", "any": r"[^\x00-\x7f]"}
_RUN = re.compile("9+|A+|中+|X+|[^9A中X]+")
_WIDEST_CODED = 8
OPEN = ("letters", "digits", "mixed")


@dataclass(frozen=True, slots=True)
class Part:
    """A part: `form` is a literal's text, a date's format, a check's system or a picture.

    `place` is what characters it is made of (digits, letters, mixed, any); `loose`: its width
    differs from code to code; `widest`: that of the longest number seen of a counter that grows;
    `gaps`: the layout of a random part that separators stand in.
    """

    kind: str
    start: int
    stop: int
    form: str = ""
    place: str = "digits"
    name: str = ""
    alphabet: str = "decimal"
    options: tuple[str, ...] = ()
    loose: bool = False
    widest: int = 0
    gaps: str = ""
    confidence: float = 1.0
    evidence: tuple[Evidence, ...] = ()

    @property
    def width(self) -> int:
        """How many characters it has in the layout."""
        return sum(map(str.isalnum, self.gaps)) if self.gaps else self.stop - self.start

    @property
    def text(self) -> str:
        """The part as it stands in a rule."""
        plain = self.kind == "seq" and self.alphabet == "decimal"
        alphabet = () if plain else (f"alphabet={self.alphabet}",)
        match self.kind:
            case "literal":
                return self.form
            case "date":
                return f"{{{self.name}:{self.form}}}"
            case "initials":
                return f"{{initials({self.name}):{self.width}}}"
            case "check":
                return f"{{{','.join((f'check:{self.form}', *self.options))}}}"
            case "seq" | "random":
                widen = ("widen",) if self.widest else ()
                spelt = f"{self.kind}:{self.form or self.width}"
                return f"{{{','.join((spelt, *alphabet, *self.options, *widen))}}}"
            case _:
                return f"{{{self.name}}}"

    @property
    def pattern(self) -> str:
        """The regular expression for all that this part could be, in canonical form."""
        if self.kind == "literal":
            return re.escape(canonical(self.form))
        if self.kind in ("seq", "random") and not self.form:
            own = f"[{ALPHABETS[self.alphabet]}]"
            return f"({own}{{1,18}})" if self.loose else f"({own}{{{self.width}}})"
        if self.form and self.kind == "seq":
            return "(" + "".join("[A-Z]" if c == "A" else "[0-9]" for c in self.form) + ")"
        widths = f"1,{_WIDEST_CODED}" if self.loose else f"{self.width}"
        return f"({_CLASSES[self.place]}{{{widths}}})"

    @property
    def typed(self) -> str:
        """The same for codes as they are typed, with their separators."""
        if self.kind == "literal":
            return re.escape(self.form)
        if self.gaps:
            places = (_CLASSES["mixed"] if c.isalnum() else re.escape(c) for c in self.gaps)
            return f"({''.join(places)})"
        return self.pattern

    @property
    def shape(self) -> str:
        """The regular expression for its shapes."""
        if self.kind == "literal":
            kept = re.sub("[A-Z*]", "A", re.sub("[0-9]", "9", self.form))
            return re.escape(re.sub(r"[^\x00-\x7f]", "中", kept))
        if self.gaps:
            return "".join("[9A]" if c.isalnum() else re.escape(c) for c in self.gaps)
        kind = {"digits": "9", "letters": "A", "mixed": "[9A]", "any": "中"}[self.place]
        most = 18 if self.kind == "seq" else _WIDEST_CODED
        return f"{kind}{{1,{most}}}" if self.loose else f"{kind}{{{self.width}}}"

    def cut(self, *at: int) -> list["Part"]:
        """Cut the part at these places of the layout."""
        edges = sorted({self.start, *at, self.stop})
        pairs = pairwise(edges)
        return [replace(self, start=start, stop=stop) for start, stop in pairs]


def parts_of(layout: str) -> list[Part]:
    """Give the parts of a layout: runs of one kind of character, and what stands between them.

    Next to places that may be letters or digits, all places of the word are taken together.
    """
    found: list[Part] = []
    for run in _RUN.finditer(layout):
        kind = _KINDS.get(run[0][0])
        if kind is None:
            found.append(Part("literal", run.start(), run.end(), form=run[0], place="any"))
        else:
            place = "any" if run[0][0] == "中" else kind
            found.append(Part(kind, run.start(), run.end(), place=place))
    return found


def swap(parts: Sequence[Part], old: Part, new: Sequence[Part]) -> list[Part]:
    """Put other parts in the place of one."""
    at = next(place for place, part in enumerate(parts) if part is old)
    return [*parts[:at], *new, *parts[at + 1 :]]
