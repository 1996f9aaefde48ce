"""The kinds of jobs: what each is told, and how it goes.

What a job is told is kept in the register as JSON: so no password, no fact about a person, and
every path so that it means the same to the worker.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mintmark import intake
from mintmark.customer import Fields
from mintmark.intake import Applying, Policy, Report
from mintmark.intake.deciding import CREATE, SKIP
from mintmark.intake.opened import Reading
from mintmark.jobs.errand import Errand, Kind, Run
from mintmark.jobs.outgoing import EXPORT, WRITE_BACK
from mintmark.jobs.places import anywhere, there
from mintmark.progress import Progress

_FINISHED = "finished"


# ---------------------------------------------------------------- import


def _read_import(
    _: Fields,
    /,
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
    wanted = (Path(coded) if coded else None, Path(refused) if refused else None)
    intake.require_results(*wanted, here=False)
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


def _read_undo(_: Fields, /, *, batch: int, reason: str, language: str = "en") -> dict[str, Any]:
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


KINDS: Mapping[str, Kind] = {
    "import": Kind(read=_read_import, run=_import),
    "undo": Kind(read=_read_undo, run=_undo),
    "export": EXPORT,
    "write-back": WRITE_BACK,
}
"""Every kind by its name."""
