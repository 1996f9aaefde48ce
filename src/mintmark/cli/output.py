"""Print for people, or as JSON for programs."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from time import monotonic
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from mintmark.progress import Progress
from mintmark.wording import Wording


def as_text(value: object) -> str:
    """Write JSON: dates in ISO 8601, dataclasses as objects, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    return str(value)


class Pace:
    """How fast work goes: what an earlier run did is not its own.

    >>> pace, half = Pace(), Progress(done=500, total=1000)
    >>> pace.at(half, 7.0), pace.at(Progress(done=1000, total=1000), 9.0)
    (None, 250.0)
    """

    def __init__(self) -> None:
        self._begun: tuple[int, float] | None = None

    def at(self, progress: Progress, now: float) -> float | None:
        """Give how much was done a second since the first step; None where nothing tells yet."""
        if self._begun is None:
            self._begun = (progress.done, now)
        done, since = self._begun
        if progress.done <= done or now <= since:
            return None
        return (progress.done - done) / (now - since)


class Output:
    """Where results and errors go: results to standard output, the rest to standard error."""

    def __init__(self, say: Wording) -> None:
        self._say = say
        self._out = Console(highlight=False, soft_wrap=True)
        self._err = Console(stderr=True, highlight=False, soft_wrap=True)

    def line(self, text: str = "", style: str = "") -> None:
        """Print a line."""
        self._out.print(Text(text, style=style))

    def json(self, value: object) -> None:
        """Print JSON on one line."""
        sys.stdout.write(as_text(value) + "\n")

    def error(self, text: str) -> None:
        """Print a line to standard error."""
        self._err.print(Text(text, style="red"))

    def note(self, text: str) -> None:
        """Print a line beside the result, to standard error."""
        self._err.print(Text(text, style="dim"))

    def refusal(self, sentence: str, way_out: str, *, error: bool = True) -> None:
        """Print what is wrong, and the way out; to standard output where it is the result."""
        console = self._err if error else self._out
        console.print(Text("✗ ", style="red bold") + Text(sentence))
        console.print(Text("→ ", style="cyan bold") + Text(way_out))

    def pairs(self, pairs: Iterable[tuple[str, str]], indent: int = 2) -> None:
        """Print labels and values in two columns, as wide as the labels are drawn."""
        shown = list(pairs)
        width = max((cell_len(label) for label, _ in shown), default=0)
        for label, value in shown:
            gap = " " * (width - cell_len(label) + 2)
            self._out.print(Text(" " * indent) + Text(label + gap, style="dim") + Text(value))

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print a table in columns, as wide as they are drawn; no cell is cut off."""
        every = [list(headings), *(list(row) for row in rows)]
        widths = [max(cell_len(cell) for cell in column) for column in zip(*every, strict=True)]
        for number, row in enumerate(every):
            cells = (
                cell + " " * (width - cell_len(cell))
                for cell, width in zip(row, widths, strict=True)
            )
            self._out.print(Text("  ".join(cells).rstrip(), style="dim" if number == 0 else ""))

    def follow(self, key: str, work: Iterable[Progress]) -> int:
        """Run long work to its end under a bar; where there is no terminal, show its end.

        The bar tells how much is done, of how much, how much a second, and how long it takes yet.
        Gives how much was done.
        """
        done, pace = 0, Pace()
        columns: list[Any] = [
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[told]}"),
            TimeRemainingColumn(),
        ]
        with Bar(*columns, console=self._err) as bar:
            task = bar.add_task(self._say(key), total=None, told="")
            for progress in work:
                told = self._told(progress, pace.at(progress, monotonic()))
                bar.update(task, completed=progress.done, total=progress.total, told=told)
                done = progress.done
        return done

    def _told(self, progress: Progress, rate: float | None) -> str:
        of = {"done": f"{progress.done:,}", "total": f"{progress.total:,}"}
        if rate is None:
            return self._say("cli.progress", **of)
        return self._say("cli.progress-and-rate", **of, rate=f"{rate:,.0f}")

    def waiting(self, key: str) -> Any:
        """Show that something is under way whose end nobody knows."""
        return self._err.status(self._say(key))
