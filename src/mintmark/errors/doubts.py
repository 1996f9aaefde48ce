"""What is wrong with a cell before it is read as a value, and what is doubtful or was mended."""

from dataclasses import dataclass, field

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class ErrorCell(Refusal, ValueError):
    """The spreadsheet shows an error there: #N/A, #REF!."""

    slug = "error-cell"
    value: str


@dataclass(eq=False, kw_only=True)
class LostCharacters(Refusal, ValueError):
    """Somebody read the text in a wrong encoding before: a � stands for what it was."""

    slug = "lost-characters"
    value: str = field(repr=False)


@dataclass(eq=False, kw_only=True)
class ReversedText(Refusal, ValueError):
    """A hidden character turns the text round: people see another one than is kept."""

    slug = "reversed-text"
    value: str = field(repr=False)


@dataclass(eq=False, kw_only=True)
class AmbiguousDate(Refusal, ValueError):
    """A day before a month, or after it: nothing in the column tells."""

    slug = "ambiguous-date"
    value: str = field(repr=False)


@dataclass(eq=False, kw_only=True)
class WrongColumn(Refusal, ValueError):
    """Most of a great many different values cannot be the fact that the column is taken for."""

    slug = "wrong-column"
    column: str
    fact: str
    value: str = field(repr=False)


# Told, never raised: the row goes on.


@dataclass(eq=False, kw_only=True)
class Mended(Refusal, ValueError):
    """The value was put right; `mended` says what was, each one of `MENDINGS`."""

    slug = "mended"
    mended: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class OrderDecided(Refusal, ValueError):
    """One value of the column shows the order of day and month for all; `order`: dmy or mdy."""

    slug = "order-decided"
    order: str
    value: str = field(repr=False)


@dataclass(eq=False, kw_only=True)
class NoName(Refusal, ValueError):
    """Nobody is called so: test, 无, aaa."""

    slug = "no-name"
    value: str = field(repr=False)


@dataclass(eq=False, kw_only=True)
class FillerPhone(Refusal, ValueError):
    """Somebody had to put in some number: 13800000000, 11111111111."""

    slug = "filler-phone"
    value: str


@dataclass(eq=False, kw_only=True)
class LikeFormula(Refusal, ValueError):
    """The text is a formula to a spreadsheet; here it is kept as text."""

    slug = "like-formula"
    value: str = field(repr=False)


@dataclass(eq=False, kw_only=True)
class OftenRepeated(Refusal, ValueError):
    """One value of a fact that is each customer's own stands in very many rows."""

    slug = "often-repeated"
    fact: str
    value: str = field(repr=False)
    count: int
