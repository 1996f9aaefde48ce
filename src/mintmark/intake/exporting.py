"""Write the whole register into a file: every customer with its code."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mintmark.customer import FACTS
from mintmark.errors import UnknownFormat
from mintmark.intake.workbooks import Say, replacing, write
from mintmark.progress import Progress
from mintmark.registry import Register
from mintmark.store import Known

_FORMATS = (".xlsx", ".csv")
_STEP = 2000
# A spreadsheet that opens a text file takes such a value for a formula (OWASP, CSV injection).
_FORMULA = re.compile(r"[=@+\-\t\r](?!\d[\d;ext=]*$)")


def export(register: Register, path: Path, say: Say) -> Iterator[Progress]:
    """Write all customers, in the order of registration, as .xlsx or .csv (UTF-8 with BOM).

    Raises UnknownFormat or UnwritableFile.
    """
    fields = register.fields.known()
    own = (field.label(say.language) or name for name, field in fields.items())
    headings = [say("workbook.code"), *(say(f"fact.{fact}") for fact in FACTS), *own]
    total = register.status().customers
    rows = (_row(known, (*FACTS, *fields)) for known in register.customers())
    yield from write_table(path, say("workbook.coded-sheet"), headings, rows, total=total)


def write_table(
    path: Path, sheet: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, total: int
) -> Iterator[Progress]:
    """Write a table as .xlsx or .csv (UTF-8 with BOM). Raises UnknownFormat or UnwritableFile."""
    if path.suffix.lower() not in _FORMATS:
        raise UnknownFormat(file=path.name, known=_FORMATS)
    if path.suffix.lower() == ".xlsx":
        yield from write(path, sheet, headings, rows, total=total)
    else:
        yield from _write_text(path, headings, rows, total)


def _row(known: Known, columns: Sequence[str]) -> list[str]:
    facts = known.customer.facts()
    return [known.code or "", *(str(facts.get(fact, "")) for fact in columns)]


def _write_text(
    path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]], total: int
) -> Iterator[Progress]:
    with replacing(path) as name, Path(name).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for done, row in enumerate(rows, start=1):
            writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in row])
            if done % _STEP == 0:
                yield Progress(done=done, total=total)
    yield Progress(done=total, total=total)
