"""The kinds of jobs: what each is told, and how it goes.

What a job is told is kept in the register as JSON: so no password, no fact about a person, and
every path so that it means the same to the worker.
"""

from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mintmark import intake
from mintmark.intake import Applying, Policy, Report
from mintmark.intake.deciding import CREATE, SKIP
from mintmark.intake.opened import Reading
from mintmark.intake.workbooks import Say
from mintmark.jobs.places import anywhere, there
from mintmark.progress import Progress
from mintmark.registry import Job, Register

Run = Generator[Progress, None, dict[str, Any]]
"""Work under way: it yields how far it is, and ends with what came of it."""
_FINISHED = "finished"


@dataclass(slots=True, kw_only=True)
class Errand:
    """A job in a worker's hands; `say`: its language; `batch`: the import, once begun."""

    register: Register
    job: Job
    say: Say
    batch: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What reads what a job is told, as `Register.jobs.start` gets it, and what does it."""

    read: Callable[..., dict[str, Any]]
    run: Callable[[Errand], Run]


# ---------------------------------------------------------------- import


def _read_import(
    *,
    file: Path | str,
    results: bool = False,
    coded: Path | str | None = None,
    refused: Path | str | None = None,
    same: str = SKIP,
    likely: str = CREATE,
    language: str = "en",
    **reading: Any,
) -> dict[str, Any]:
    """Read what to import; `same`, `likely` and `reading` as in `plan_import`.

    `coded` and `refused`: where these rows are written; with `results` beside the file, where
    nothing is said.
    """
    place = there(file)
    return {
        "file": place,
        "beside": anywhere("import" if "://" in place else place) if results else None,
        "coded": anywhere(coded) if coded else None,
        "refused": anywhere(refused) if refused else None,
        "policy": asdict(Policy(same=same, likely=likely)),
        "reading": Reading(**reading).settings(),
        "language": language,
    }


def _import(errand: Errand) -> Run:
    importing = _importing(errand)
    batches, progress = errand.register.batches, Progress(done=0, total=0)
    if errand.batch is None or batches.get(errand.batch).state != _FINISHED:
        for progress in iter(importing):
            errand.batch = importing.batch
            yield progress
    told: dict[str, Any] = {"batch": importing.batch}
    if importing.batch and (state := batches.get(importing.batch).state) != _FINISHED:
        return {**told, "state": state}  # somebody paused it, or cancelled it
    report = importing.report
    written = []
    for path, writing in _results(errand, report):
        for _ in writing:
            yield progress
        written.append(str(path))
    return {**told, "summary": asdict(report.summary()), "written": written}


def _importing(errand: Errand) -> Applying:
    asked = errand.job.settings
    if errand.batch is not None:
        return intake.resume(errand.register, errand.batch, asked["file"])
    policy = Policy(**asked["policy"])
    return intake.plan(errand.register, asked["file"], policy=policy, **asked["reading"]).apply()


def _results(errand: Errand, report: Report) -> Iterator[tuple[Path, Iterator[Progress]]]:
    asked = errand.job.settings
    coded, refused = asked["coded"], asked["refused"]
    if asked["beside"]:
        files = intake.result_files(Path(asked["beside"]), report.results.height)
        coded, refused = coded or files[0], refused or files[1]
    if coded:
        yield Path(coded), intake.write_coded(report, Path(coded), errand.say)
    if refused and report.summary().refused:
        yield Path(refused), intake.write_refused(report, Path(refused), errand.say)
    elif refused:
        Path(refused).unlink(missing_ok=True)  # of an earlier run: those rows are mended now


# ---------------------------------------------------------------- undo


def _read_undo(*, batch: int, reason: str, language: str = "en") -> dict[str, Any]:
    """Read which import to take back, and why."""
    return {"batch": batch, "reason": reason, "language": language}


def _undo(errand: Errand) -> Run:
    asked = errand.job.settings
    undoing = errand.register.undo(asked["batch"], reason=asked["reason"])
    yield from undoing
    undo = undoing.undo
    return {
        "batch": asked["batch"],
        "leave": undo.leave,
        "restored": undo.restored,
        "released": sum(undo.released.values()),
        "void": sum(undo.void.values()),
        "stays": len(undo.stays),
    }


# ---------------------------------------------------------------- export


def _read_export(
    *,
    file: Path | str,
    columns: Sequence[str] | None = None,
    masked: Collection[str] = (),
    where: Mapping[str, str] | None = None,
    order: str | None = None,
    language: str = "en",
) -> dict[str, Any]:
    """Read what to export, as `intake.export` takes it; `where` are values of open attributes."""
    return {
        "file": anywhere(file),
        "columns": None if columns is None else list(columns),
        "masked": list(masked),
        "where": dict(where or {}),
        "order": order,
        "language": language,
    }


def _export(errand: Errand) -> Run:
    asked = dict(errand.job.settings)
    path, done = Path(asked.pop("file")), 0
    del asked["language"]
    for progress in intake.export(errand.register, path, errand.say, **asked):
        done = progress.done
        yield progress
    return {"customers": done, "written": [str(path)]}


# ---------------------------------------------------------------- write-back


def _read_write_back(
    *,
    file: Path | str,
    batch: int | None = None,
    to: Path | str | None = None,
    in_place: bool = False,
    column: str | None = None,
    before: bool = False,
    overwrite: bool = False,
    language: str = "en",
) -> dict[str, Any]:
    """Read which file gets its codes; `batch`: by the rows of that import."""
    return {
        "file": anywhere(there(Path(file))),
        "batch": batch,
        "to": anywhere(to) if to else None,
        "in_place": in_place,
        "column": column,
        "before": before,
        "overwrite": overwrite,
        "language": language,
    }


def _write_back(errand: Errand) -> Run:
    from mintmark.intake import writeback  # noqa: PLC0415 - most programs need no SQL library

    asked, register = errand.job.settings, errand.register
    path, batch = Path(asked["file"]), asked["batch"]
    origin = (
        writeback.codes_of_file(register, path) if batch is None
        else writeback.codes_of_batch(register, batch, path)
    )  # fmt: skip
    place = writeback.find_place(
        origin.sheet, origin.table, heading=errand.say("workbook.code"),
        column=asked["column"], before=asked["before"], file=path.name,
    )  # fmt: skip
    plan = writeback.plan_file(path, origin.codes, place, digest=origin.digest)
    where: dict[str, Any] = {"in_place": asked["in_place"]}
    to = Path(asked["to"]) if asked["to"] else None
    yield from plan.write(to, overwrite=asked["overwrite"], **where)
    return {"counts": asdict(plan.counts), "written": [str(plan.target(to, **where))]}


KINDS: Mapping[str, Kind] = {
    "import": Kind(read=_read_import, run=_import),
    "undo": Kind(read=_read_undo, run=_undo),
    "export": Kind(read=_read_export, run=_export),
    "write-back": Kind(read=_read_write_back, run=_write_back),
}
"""Every kind by its name."""
