"""Sheets of labels and cards: the code as bars and as a square, with some lines about whose it is.

`layouts` says where labels are on a page, `symbols` makes modules of a code, `drawing` puts them on
a label, `pages` writes the pages.
"""

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mintmark.access import hidden
from mintmark.customer import FACTS, Fields
from mintmark.durable import unwritable
from mintmark.errors import CodeVoid, UnknownFact, UnknownFormat, UnknownLayout
from mintmark.intake.labels.drawing import MARKS, label
from mintmark.intake.labels.layouts import LAYOUTS
from mintmark.intake.labels.pages import WRITERS
from mintmark.intake.workbooks import Say
from mintmark.progress import Progress
from mintmark.registry import Register

__all__ = ["LAYOUTS", "MARKS", "write_labels"]

Whose = tuple[str, Mapping[str, object]]


def write_labels(
    register: Register,
    path: Path,
    say: Say,
    *,
    codes: Sequence[str] = (),
    layout: str = "a4-3x8",
    marks: Collection[str] | None = None,
    lines: Sequence[str] = ("name",),
    masked: Collection[str] | None = None,
    **sought: Any,
) -> Iterator[Progress]:
    """Write labels for codes, or for whom a search finds, as .pdf, .svg or .html.

    `codes` in any spelling, held ones, too; without any, for all who are `sought` (see
    `Register.extract`) and have a code. `layout`: of `LAYOUTS`; `marks`: of `MARKS`, by default the
    square, and the bars where they fit; `lines`: facts that are printed, of which those that are
    `masked` (by default: all about people) show only enough to recognise them. An .svg has one
    page: further ones are files beside it, numbered from 2.

    Raises UnknownFormat, UnknownLayout, UnknownFact, UnknownCode, NotACode, CodeVoid, NotForBars,
    BarcodeTooWide or UnwritableFile, and what `Register.extract` does; then nothing is written.
    """
    if (write := WRITERS.get(path.suffix.lower())) is None:
        raise UnknownFormat(file=path.name, known=tuple(WRITERS))
    if layout not in LAYOUTS:
        raise UnknownLayout(layout=layout, known=tuple(LAYOUTS))
    fields = register.fields.known()
    known = {**FACTS, **fields}
    if strange := [name for name in (*lines, *(masked or ())) if name not in known]:
        raise UnknownFact(fact=strange[0], known=tuple(known))
    hide = [n for n in lines if known[n].personal] if masked is None else masked
    with _folder(path) as folder, _whose(register, codes, lines, sought) as (whose, total):
        labels = (
            label(code, _lines(facts, lines, hide, known), LAYOUTS[layout], layout, marks)
            for code, facts in whose
        )
        done = 0
        for count in write(folder / path.name, say("labels.title"), LAYOUTS[layout], labels):
            done += count
            yield Progress(done=done, total=total)
    yield Progress(done=done, total=total)


@contextmanager
def _folder(path: Path) -> Iterator[Path]:
    """Give a folder to write in; the files in it take their places only when all are whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".labels-") as name:
            yield Path(name)
            for page in Path(name).iterdir():
                page.chmod(0o600)  # facts about people
                page.replace(path.with_name(page.name))
    except OSError as error:
        raise unwritable(path, error) from None


@contextmanager
def _whose(
    register: Register, codes: Sequence[str], lines: Sequence[str], sought: dict[str, Any]
) -> Iterator[tuple[Iterator[Whose], int]]:
    """Give codes, each with what is known of whom it stands for, and how many they are."""
    if codes:
        found = [_whose_code(register, code) for code in codes]
        yield iter(found), len(found)
        return
    where = {**(sought.pop("where", None) or {}), "code": "coded"}
    text = sought.pop("text", None)
    with register.extract(text, columns=["code", *lines], where=where, **sought) as extract:
        rows = (row for frame in extract.frames for row in frame.iter_rows(named=True))
        yield ((row["code"], row) for row in rows), extract.total


def _whose_code(register: Register, code: str) -> Whose:
    found = register.resolve(code)
    if found.passport is not None and found.passport.state == "void":
        raise CodeVoid(code=found.code, reason=found.passport.reason or "")
    return found.code, dict(found.customer.facts()) if found.customer else {}


def _lines(
    facts: Mapping[str, object], lines: Sequence[str], hide: Collection[str], known: Fields
) -> list[str]:
    values = ((name, str(facts[name])) for name in lines if facts.get(name))
    return [
        hidden(name if name in FACTS else known[name].kind, value) if name in hide else value
        for name, value in values
    ]
