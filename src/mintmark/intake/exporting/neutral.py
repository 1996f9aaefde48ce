"""Keep a text table's cells from acting as formulas, and take that back when it returns.

A spreadsheet that opens a text file takes what begins with ``=``, ``+``, ``-``, ``@``, a tab or a
line end for a formula (OWASP, CSV Injection). An apostrophe before it makes it text. Plain numbers,
phones among them, are left alone. What already looks so protected gets one more apostrophe: so
taking one away gives back exactly what was written.

>>> cells = pl.Series(["=1+1", "+8613875014587", "'=1", "王琦", "-3.5"])
>>> kept = pl.select(neutral(pl.lit(cells))).to_series()
>>> kept.to_list()
["'=1+1", '+8613875014587', "''=1", '王琦', '-3.5']
>>> pl.select(restored(pl.lit(kept))).to_series().equals(cells)
True
>>> neutralised("=1+1")
"'=1+1"
"""

import re

import polars as pl

from mintmark.intake.reading import Sheet

# Full-width signs act as the others do where Chinese or Japanese is typed.
_SIGNS = r"[=@+\-\t\r\n＝＠＋－]"
_PROTECTED = rf"^'+{_SIGNS}"
_NUMBER = r"^[+\-]\d+(\.\d+)?(;ext=\d+)?$"
_is_number, _is_acting = re.compile(_NUMBER, re.ASCII), re.compile(rf"^'*{_SIGNS}")


def neutral(cells: pl.Expr) -> pl.Expr:
    """Put an apostrophe before what would act as a formula."""
    acts = cells.str.contains(rf"^'*{_SIGNS}") & ~cells.str.contains(
        _NUMBER.replace(r"\d", "[0-9]")
    )
    return pl.when(~acts).then(cells).otherwise(pl.lit("'") + cells)


def neutralised(text: str) -> str:
    """Give one text so."""
    acts = _is_acting.match(text) and not _is_number.fullmatch(text)
    return f"'{text}" if acts else text


def restored(cells: pl.Expr) -> pl.Expr:
    """Take the apostrophe away again."""
    return pl.when(cells.str.contains(_PROTECTED)).then(cells.str.slice(1)).otherwise(cells)


def returned(sheet: Sheet) -> Sheet:
    """Give the cells of a text table as they were before they were protected.

    >>> returned(Sheet(name="", cells=pl.DataFrame({"A": ["'=1", None]}))).cells["A"].to_list()
    ['=1', None]
    """
    if not sheet.cells.width:
        return sheet
    return Sheet(name=sheet.name, cells=sheet.cells.with_columns(restored(pl.all())))
