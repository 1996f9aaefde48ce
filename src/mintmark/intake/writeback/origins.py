"""Which codes belong to the rows of a source: what the register knows of them today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mintmark.errors import NoCodesYet, OtherFile
from mintmark.intake.headings import Table
from mintmark.intake.opened import Reading, opened
from mintmark.intake.planning import plan
from mintmark.intake.reading import Sheet
from mintmark.registry import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A file's rows with codes (`row`, `code`), and where in the file they stand."""

    codes: pl.DataFrame
    sheet: Sheet
    table: Table
    digest: bytes


def codes_of_file(
    register: Register,
    path: Path,
    *,
    sheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
    ignore: Sequence[str] = (),
    defaults: Mapping[str, str] | None = None,
) -> Origin:
    """Give the codes of those of a file's customers who have one; nothing is minted.

    Raises NoCodesYet, or what `plan` does.
    """
    ready = plan(
        register, path, sheet=sheet, mapping=mapping, ignore=ignore, defaults=defaults
    )  # fmt: skip
    told = [(o.row, one.code, one.new) for o, one in ready.forecast().registered()]
    # Who is in the file twice is known by the first row, whose code may be only foretold.
    foretold = {code for _, code, new in told if new}
    known = [(row, code) for row, code, _ in told if code not in foretold]
    if not known:
        raise NoCodesYet(source=path.name)
    codes = pl.DataFrame(known, schema={"row": pl.UInt32, "code": pl.String}, orient="row")
    return Origin(
        codes=codes,
        sheet=ready.source.sheet.sheet(),
        table=ready.source.table,
        digest=ready.source.digest,
    )


def codes_of_batch(register: Register, batch: int, path: Path) -> Origin:
    """Give the codes that the customers of an import have today, by the rows of its file.

    The file is read as it was imported, and nobody is looked for: whose a row is was noted then.
    Raises UnknownBatch, OtherFile where the content is another, NoCodesYet, or what `plan` does.
    """
    found = register.batches.get(batch)
    settings = {name: value for name, value in found.settings.items() if name != "policy"}
    source = opened(register, path, Reading(**settings))
    if source.digest != found.digest:
        raise OtherFile(batch=batch, file=source.file, expected=found.file)
    meeting = register.meeting()
    schema = {"row": pl.UInt32, "customer": pl.Int64}
    done = pl.DataFrame(list(meeting.done(batch).items()), schema=schema, orient="row")
    today = meeting.codes(done["customer"].unique().to_list())
    codes = done.join(today, on="customer").select("row", "code").sort("row")
    if codes.is_empty():
        raise NoCodesYet(source=path.name)
    return Origin(codes=codes, sheet=source.sheet.sheet(), table=source.table, digest=source.digest)


def codes_of_system(register: Register, source: str) -> pl.DataFrame:
    """Give the codes of all customers whom another system knows: its `key`, and the `code`.

    Raises NoCodesYet.
    """
    codes = register.crosswalk(source)
    if codes.is_empty():
        raise NoCodesYet(source=source)
    return codes
