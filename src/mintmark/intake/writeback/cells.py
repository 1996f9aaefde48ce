"""What stands in a cell of a sheet (ECMA-376-1, 18.3.1.4), and how it looks."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_STYLE = re.compile(rb"""\ss\s*=\s*["'](\d+)["']""")
_TYPE = re.compile(rb"""\st\s*=\s*["'](\w+)["']""")
_PLAIN = re.compile(
    rb"<(?:[\w.-]+:)?(?:v|is><(?:[\w.-]+:)?t)>([^<&]*)(?:</[\w.:-]+>){1,2}"
)  # what nearly all cells are


class NoSheet(ValueError):
    """This is not the XML of a worksheet, or it ends too early."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a row's body a cell is (`tag` is its start tag), or would be (`tag` None)."""

    start: int
    end: int
    tag: bytes | None
    inner: bytes
    left: bytes  # style of the next cell on the left, b"" for none
    right: bytes


def style_of(spot: Spot) -> bytes:
    """Give the style of a cell that is there, b"" for none."""
    return style_in(spot.tag or b"")


def value_of(spot: Spot) -> tuple[str | int | None, bool]:
    """Give what stands in a cell (an int: the number of a shared string), and if it is computed.

    Types as in ECMA-376-1, 18.18.11; a whole number is written without a point.
    """
    if spot.tag is None or not spot.inner.strip():
        return None, False
    kind = _TYPE.search(spot.tag)
    value, is_computed = _content(spot.inner)
    if value is None or not value.strip():
        return None, is_computed
    if kind and kind[1] == b"s":
        return int(value), is_computed
    is_number = kind is None or kind[1] == b"n"
    return (_number_as_text(value) if is_number else value), is_computed


def _content(inner: bytes) -> tuple[str | None, bool]:
    """Give a cell's `v`, or the text of its `is`; and whether it has a formula."""
    if plain := _PLAIN.fullmatch(inner):
        return plain[1].decode(), False
    cell = _parsed(inner)
    is_computed = any(_local(one) == "f" for one in cell)
    texts = [plain_text(one) for one in cell if _local(one) == "is"]
    texts += [one.text or "" for one in cell if _local(one) == "v"]
    return (texts[0] if texts else None), is_computed


def plain_text(element: ET.Element) -> str:
    """Give the text of a string item (18.4.8): its runs together, without how they are read."""
    if _local(element) == "t":
        return element.text or ""
    return "".join(plain_text(one) for one in element if _local(one) != "rPh")


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _parsed(inner: bytes) -> ET.Element:
    """Parse a fragment, whose prefixes are declared far above it."""
    prefixes = set(re.findall(rb"[<\s]/?([\w.-]+):[\w.-]+", inner)) - {b"xml", b"xmlns"}
    declared = b"".join(b' xmlns:%s="urn:x"' % prefix for prefix in prefixes)
    try:
        return ET.fromstring(b"<cell%s>%s</cell>" % (declared, inner))  # noqa: S314 - no DTD in it
    except ET.ParseError as error:
        raise NoSheet(str(error)) from None


def _number_as_text(value: str) -> str:
    number = float(value)
    return str(int(number)) if number.is_integer() else value


def style_in(tag: bytes) -> bytes:
    """Give the style that a cell's tag names, b"" for none."""
    found = _STYLE.search(tag)
    return found[1] if found else b""
