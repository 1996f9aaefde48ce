"""Sheets, cards and rolls of labels, in millimetres (pure).

>>> sheet = LAYOUTS["a4-3x8"]
>>> sheet.per_page, sheet.place(0), sheet.place(4)
(24, (0.0, 0.5), (70.0, 37.5))
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A page, and where the labels are on it; `dots`: of its usual printer, per inch."""

    page: tuple[float, float]
    label: tuple[float, float]
    columns: int = 1
    rows: int = 1
    left: float = 0.0
    top: float = 0.0
    gap: float = 0.0
    dots: int = 600

    @property
    def per_page(self) -> int:
        """How many labels a page has."""
        return self.columns * self.rows

    def place(self, number: int) -> tuple[float, float]:
        """Give the left and the top edge of a label of the page, counted from 0, row by row."""
        row, column = divmod(number, self.columns)
        width, height = self.label
        return self.left + column * (width + self.gap), self.top + row * height


_A4 = (210.0, 297.0)
LAYOUTS = {
    "a4-3x8": Layout(page=_A4, label=(70.0, 37.0), columns=3, rows=8, top=0.5),
    "a4-4x10": Layout(page=_A4, label=(52.5, 29.7), columns=4, rows=10),
    "a4-3x7": Layout(
        page=_A4, label=(63.5, 38.1), columns=3, rows=7, left=7.25, top=15.15, gap=2.5
    ),
    # ISO/IEC 7810 ID-1: a member's card.
    "card": Layout(page=(85.6, 53.98), label=(85.6, 53.98), dots=300),
    # What label printers have on a roll.
    "roll-60x40": Layout(page=(60.0, 40.0), label=(60.0, 40.0), dots=203),
    "roll-50x30": Layout(page=(50.0, 30.0), label=(50.0, 30.0), dots=203),
}
"""Name → layout."""
