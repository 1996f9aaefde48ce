"""The parts a code is made of (码段)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Literal:
    """Characters that stand in every code as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Coded:
    """An attribute, spelt through its code table."""

    attribute: str


@dataclass(frozen=True, slots=True)
class DateOf:
    """A date attribute in a format of YYYY, YY, MM and DD."""

    attribute: str
    format: str

    def spell(self, day: date) -> str:
        """Write the day.

        >>> DateOf("registered", "YYMM").spell(date(2023, 10, 1))
        '2310'
        """
        parts = {"YYYY": f"{day.year:04}", "MM": f"{day.month:02}", "DD": f"{day.day:02}"}
        parts["YY"] = parts["YYYY"][2:]
        text = self.format
        for token in ("YYYY", "YY", "MM", "DD"):
            text = text.replace(token, parts[token])
        return text


@dataclass(frozen=True, slots=True)
class Sequence:
    """The number, in decimal digits, filled up with zeros to the width."""

    width: int


Segment = Literal | Coded | DateOf | Sequence
