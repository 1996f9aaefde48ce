"""A code as bars (Code 128, ISO/IEC 15417) and as a square (QR, ISO/IEC 18004), in modules.

>>> bars("AB1").width
68
>>> square("V-BJ-20231001-00001").width
21
"""

from dataclasses import dataclass

from mintmark.errors import NotForBars

QUIET = {"code128": 10, "qr": 4}
"""Modules that have to stay white beside a symbol, by both standards."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """Dark runs (row, first module, modules) of a symbol, and how many modules it is wide."""

    width: int
    runs: tuple[tuple[int, int, int], ...]


def bars(code: str) -> Symbol:
    """Give the bars of a code; they are one row. Raises NotForBars."""
    # Most runs draw nothing, and this takes a fifth of a second to load.
    from reportlab.graphics.barcode.code128 import Code128  # noqa: PLC0415

    drawn = Code128(code, quiet=0)
    drawn.validate()
    if not drawn.valid or drawn.validated != code:
        raise NotForBars(code=code)
    drawn.encode()
    drawn.decompose()
    runs, at = [], 0
    for character in drawn.decomposed:  # A–D are bars of 1–4 modules, a–d spaces
        modules = ord(character.lower()) - ord("a") + 1
        if character.isupper():
            runs.append((0, at, modules))
        at += modules
    return Symbol(at, tuple(runs))


def square(code: str) -> Symbol:
    """Give the square of a code; what is damaged by a seventh can still be read (level M)."""
    import segno  # noqa: PLC0415 - as above

    matrix = segno.make(code, micro=False, error="m").matrix
    runs = []
    for row, modules in enumerate(matrix):
        at = 0
        for dark in bytes(modules).split(b"\x00"):
            if dark:
                runs.append((row, at, len(dark)))
            at += len(dark) + 1
    return Symbol(len(matrix), tuple(runs))
