"""Real files for tests, made on the spot."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl import load_workbook

Rows = Sequence[Any]
HEADINGS = ["客户名称", "客户类型", "所在地区", "登记日期", "手机号"]


def workbook(path: Path, sheets: dict[str, Rows], *, at: tuple[int, int] = (0, 0)) -> Path:
    """Write a workbook with cells of real types, its table beginning at that cell."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    day = book.add_format({"num_format": "yyyy/m/d"})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for row, cells in enumerate(rows, start=at[0]):
            for column, cell in enumerate(cells, start=at[1]):
                if isinstance(cell, datetime):
                    page.write_datetime(row, column, cell, day)
                elif cell is not None:
                    page.write(row, column, cell)
    book.close()
    return path


def text(path: Path, rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """Write a text table."""
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=delimiter).writerows(rows)
    path.write_bytes(made.getvalue().encode(encoding))
    return path


def formulas(path: Path) -> list[str]:
    """Name the cells of a workbook that a spreadsheet would calculate."""
    sheet = load_workbook(path).worksheets[0]
    return [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def cells(path: Path) -> list[list[Any]]:
    """Read the first sheet of a workbook with another reader than Mintmark's."""
    sheet = load_workbook(path).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]
