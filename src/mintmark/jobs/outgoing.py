"""Jobs that bring customers or codes out of the register: exports and write-backs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from mintmark import intake
from mintmark.customer import FACTS, Fields
from mintmark.errors import FactInJob
from mintmark.intake.reading.databases import is_url
from mintmark.jobs.errand import Errand, Kind, Run
from mintmark.jobs.places import anywhere, there
from mintmark.registry import Between, Wanted
from mintmark.registry.wanted import several

# ---------------------------------------------------------------- export


def _read_export(
    fields: Fields,
    /,
    *,
    file: Path | str,
    columns: Sequence[str] | None = None,
    masked: Collection[str] = (),
    where: Mapping[str, Wanted] | None = None,
    external: str | None = None,
    order: str | None = None,
    language: str = "en",
    **sought: str | None,
) -> dict[str, Any]:
    """Read what to export, as `intake.export` takes it.

    A job is kept: so it looks for open attributes, but for nothing about a person. Raises
    FactInJob, or UnknownFormat.
    """
    intake.require_exportable(Path(file))
    where = where or {}
    known = {**FACTS, **fields}
    about = [name for name in where if name in known and known[name].personal and where[name]]
    if about or any(value is not None for value in sought.values()):
        raise FactInJob
    return {
        "file": anywhere(file),
        "columns": None if columns is None else list(columns),
        "masked": list(masked),
        "where": {name: _kept(wanted) for name, wanted in where.items()},
        "external": external,
        "order": order,
        "language": language,
    }


def _kept(wanted: Wanted) -> list[Any] | dict[str, Any]:
    """Give what is wanted as JSON has it: several values, or a range of days."""
    if isinstance(wanted, Between):
        return {"since": _plain(wanted.since), "until": _plain(wanted.until)}
    return [_plain(one) for one in several(wanted)]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _wanted(kept: list[Any] | dict[str, Any]) -> Wanted:
    return Between(**kept) if isinstance(kept, dict) else kept


def _export(errand: Errand) -> Run:
    asked = dict(errand.job.settings)
    path, done = Path(asked.pop("file")), 0
    del asked["language"]
    asked["where"] = {name: _wanted(kept) for name, kept in asked["where"].items()}
    for progress in intake.export(errand.register, path, errand.say, **asked):
        done = progress.done
        yield progress
    return {"customers": done, "written": [str(path)]}


EXPORT = Kind(read=_read_export, run=_export)

# ---------------------------------------------------------------- write-back


def _read_write_back(
    _: Fields,
    /,
    *,
    file: Path | str,
    to: Path | str | None = None,
    language: str = "en",
    **how: Any,
) -> dict[str, Any]:
    """Read which file, or which table of a database, gets its codes.

    `how` is that of `writeback.ready_for_file`; or `table`, `key` and `column` of a database, and
    what else `writeback.ready_for_rows` takes. Raises PasswordInJob or FileMissing.
    """
    is_database = isinstance(file, str) and is_url(file)
    place = there(file) if is_database else anywhere(there(Path(file)))
    where = {} if is_database else {"to": anywhere(to) if to else None}
    return {"file": place, **where, "how": how, "language": language}


def _write_back(errand: Errand) -> Run:
    from mintmark.intake import writeback  # noqa: PLC0415 - most programs need no SQL library

    asked, register = errand.job.settings, errand.register
    place, how = asked["file"], dict(asked["how"])
    if is_url(place):
        target = writeback.Target(url=place, **{name: how.pop(name) for name in _TARGET})
        ready = writeback.ready_for_rows(register, target, **how)
    else:
        to = Path(asked["to"]) if asked["to"] else None
        ready = writeback.ready_for_file(register, Path(place), errand.say, to=to, **how)
    yield from ready.work
    written = [str(ready.file)] if ready.file else []
    return {"counts": asdict(ready.plan.counts), "written": written}


_TARGET = ("table", "key", "column")
WRITE_BACK = Kind(read=_read_write_back, run=_write_back)
