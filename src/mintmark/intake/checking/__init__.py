"""Checking (检查): a table's columns become canonical values, and a finding on every odd cell.

`check` is the verb; `plain` reads what needs no mending, whole columns at once, and `judging` the
other distinct values, each once. What is wrong, doubtful or mended is a row of `findings`.
"""

from mintmark.intake.checking.check import Checked, check
from mintmark.intake.checking.dates import ORDERS, Dates
from mintmark.intake.checking.findings import ERROR, MENDED, WARNING
from mintmark.intake.checking.mending import MENDINGS
from mintmark.intake.checking.standards import Standards
from mintmark.intake.checking.unknown import Unknown

__all__ = [
    "ERROR",
    "MENDED",
    "MENDINGS",
    "ORDERS",
    "WARNING",
    "Checked",
    "Dates",
    "Standards",
    "Unknown",
    "check",
]
