"""What can stand in the way of a label."""

from dataclasses import dataclass

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class UnknownLayout(Refusal, LookupError):
    """There is no sheet of labels of that name."""

    slug = "unknown-layout"
    layout: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class NotForBars(Refusal, ValueError):
    """Code 128 has ASCII characters only, and the code has others."""

    slug = "not-for-bars"
    code: str


@dataclass(eq=False, kw_only=True)
class BarcodeTooWide(Refusal, ValueError):
    """Printed on that label, the bars would be too fine to be read; widths in millimetres."""

    slug = "barcode-too-wide"
    code: str
    layout: str
    needed: float
    room: float
