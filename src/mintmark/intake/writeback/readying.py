"""Look for the rows of a source, and get the work ready that puts codes there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mintmark.intake.workbooks import Say
from mintmark.intake.writeback.databases import Target
from mintmark.intake.writeback.files import FilePlan, plan_file
from mintmark.intake.writeback.origins import codes_of_batch, codes_of_file, codes_of_system
from mintmark.intake.writeback.places import find_place
from mintmark.intake.writeback.rows import RowPlan, plan_rows
from mintmark.progress import Progress
from mintmark.registry import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What would be done, in which place as people call it, and the work that does it.

    `file`: the file that is written; None: a database is.
    """

    plan: FilePlan | RowPlan
    place: str
    work: Iterator[Progress]
    file: Path | None = None


def ready_for_file(
    register: Register, path: Path, say: Say, *, batch: int | None = None,
    to: Path | None = None, in_place: bool = False, column: str | None = None,
    before: bool = False, overwrite: bool = False, **reading: Any,
) -> Ready:  # fmt: skip
    """Get ready to put codes into a file: by the rows of an import (`batch`), or of its customers.

    `reading` is that of `codes_of_file`; the others are those of `find_place` and `FilePlan.write`.
    Raises what these do, and `plan_file`.
    """
    origin = (
        codes_of_file(register, path, **reading) if batch is None
        else codes_of_batch(register, batch, path)
    )  # fmt: skip
    place = find_place(
        origin.sheet, origin.table, heading=say("workbook.code"), column=column, before=before,
        file=path.name,
    )  # fmt: skip
    plan = plan_file(path, origin.codes, place, digest=origin.digest)
    target = plan.target(to, in_place=in_place)
    work = plan.write(to, in_place=in_place, overwrite=overwrite)
    return Ready(plan=plan, place=str(target), work=work, file=target)


def ready_for_rows(
    register: Register, target: Target, system: str, *, add_column: bool = False,
    overwrite: bool = False,
) -> Ready:  # fmt: skip
    """Get ready to put codes into a database, by what `system` calls its customers.

    Raises what `codes_of_system` and `plan_rows` do.
    """
    plan = plan_rows(target, codes_of_system(register, system), add_column=add_column)
    place = f"{target.shown} › {target.table}.{target.column}"
    return Ready(plan=plan, place=place, work=plan.write(overwrite=overwrite))
