"""Imports of a million customers with nine columns each: how fast, how large, beside what.

    make bench
    python benchmarks/importing.py [--quick] [--rows N] [--only PART] [--keep FOLDER]

Each import runs in a process of its own (import_child.py) against an embedded server with full
durability, and does all that ``mintmark import`` does: read, check, find who is the same, seal,
index, number, code, write into the ledger, sum up. The files (customer_files.py) are made before,
the server is started before. Memory is that of the process and its server together, five times a
second. Parts, each wanted for a million rows on two cores:

    csv     a new register from CSV: 90 s, 1.5 GB
    copy    beside COPY of the very rows that came of it, sealed and indexed alike: 3 times as long
    full    the same number again into that register: 1.5 times as long
    xlsx    a new register from XLSX: 150 s
    growth  a hundredth and a tenth of the rows: no more time per row for ten times as many, in 20 %
    rival   10,000 rows beside django-import-export with django-sequences: 30 times its rate
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks import memory
from benchmarks.customer_files import HEADINGS, people, write
from benchmarks.import_copy import copied
from benchmarks.racing import say, verdict
from benchmarks.rivals import require

MILLION = 1_000_000
CSV_SECONDS, XLSX_SECONDS, PEAK = 90, 150, 1500  # for a million rows; MB
OF_COPY, OF_EMPTY, OF_TENTH, OF_RIVAL = 3, 1.5, 1.2, 30
RIVALS = {"rows": "row by row", "bulk": "in bulk"}
OF_THE_RIVAL = 10_000  # rows
PARTS = ("csv", "copy", "full", "xlsx", "growth", "rival")
HERE = Path(__file__).resolve().parent
Figures = dict[str, Any]


class Bench:
    """Files and registers in a folder; each import is made once, and its figures are kept."""

    def __init__(self, files: Path, registers: Path, rows: int) -> None:
        self.rows = rows
        self._files, self._registers = files, registers
        self._made: dict[str, Figures] = {}

    def file(self, rows: int, suffix: str = ".csv") -> Path:
        """Give a file of so many rows."""
        path = self._files / f"{rows}{suffix}"
        if not path.exists():
            write(people(rows), path)
        return path

    def imported(self, path: Path, register: str, *, coded: bool = False) -> Figures:
        """Import a file into a register; give how that went."""
        if path.name in self._made:
            return self._made[path.name]
        folder = self._registers / register
        command = [sys.executable, str(HERE / "import_child.py"), str(folder), str(path)]
        if coded:
            command += ["--coded", str(self._registers / "coded.csv")]
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child,
            memory.watched(child.pid, folder) as used,
        ):
            said, _ = child.communicate()
        load = os.getloadavg()[0]
        self._made[path.name] = _understood(child.returncode, said) | asdict(used) | {"load": load}
        return self._made[path.name]

    # ---------------------------------------------------------------- parts

    def first(self) -> Figures:
        """Import the CSV file into a new register."""
        return self.imported(self.file(self.rows), "first", coded=True)

    def csv(self) -> None:
        """Tell how the CSV file went."""
        say(f"{self.rows:,} rows from CSV into a new register\n")
        found = self.first()
        _tell(found, CSV_SECONDS)
        say(f"    wanted at most {PEAK:,} MB: {verdict(right=found['peak'] <= PEAK)}\n")
        say(f"    and the coded rows as CSV: {found['file']:.1f} s more\n")

    def copy(self) -> None:
        """Copy what came of it into a register that is empty, by COPY alone."""
        ours, folder = self.first(), self._registers
        parts = folder / "parts"
        seconds = copied(folder / "first", folder / "copy", ours["steps"] - 1, parts)
        shutil.rmtree(parts)
        say(f"COPY of the very rows of the register: {seconds:.1f} s\n")
        _ratio("the import takes", ours["seconds"] / seconds, "as long", most=OF_COPY)
        _ratio("of it, writing takes", ours["writing"] / seconds, "as long")

    def full(self) -> None:
        """Import as many again."""
        before = self.first()
        path = self._files / f"{self.rows}-more.csv"
        if not path.exists():
            there = pl.read_csv(self.file(self.rows), infer_schema=False)
            known = there.rename({heading: name for name, heading in HEADINGS.items()})
            write(people(self.rows, seed=2, before=known), path)
        say(f"{self.rows:,} rows more into that register\n")
        found = self.imported(path, "first")
        _tell(found)
        ratio = found["seconds"] / before["seconds"]
        _ratio("takes", ratio, "as long as into the empty one", most=OF_EMPTY)
        _ratio("takes", _spent(found) / _spent(before), "as much of the processors")

    def xlsx(self) -> None:
        """Import the XLSX file into a new register."""
        path = self.file(self.rows, ".xlsx")
        say(f"{self.rows:,} rows from XLSX into a new register\n")
        _tell(self.imported(path, "xlsx"), XLSX_SECONDS)

    def growth(self) -> None:
        """Import files of growing size, each into a new register."""
        say("growth: seconds for 1,000 rows\n")
        before: Figures | None = None
        for rows in (self.rows // 100, self.rows // 10, self.rows):
            whole = rows == self.rows
            found = self.first() if whole else self.imported(self.file(rows), str(rows))
            each = found["seconds"] / rows * 1000
            say(f"    {rows:11,} rows {each:8.4f} s, peak {found['peak']:7,.0f} MB\n")
            if before:
                times = rows / before["read"]
                ratio = found["seconds"] / before["seconds"] / times
                _ratio("    a row takes", ratio, "as long", most=OF_TENTH)
                spent = _spent(found) / _spent(before) / times
                _ratio("    a row takes", spent, "as much of the processors")
            before = found

    def rival(self) -> None:
        """Import ten thousand rows beside Django."""
        require("django", "sequences", "import_export")
        path, whole = self.file(OF_THE_RIVAL), self._made.get(f"{self.rows}.csv")
        ours = self.imported(path, "small")
        rates = {name: self._rate_of_django(path, name) for name in RIVALS}
        say(f"{OF_THE_RIVAL:,} rows, beside django-import-export with django-sequences\n")
        say(f"    Mintmark                         {_rate(ours):10,.0f} rows/s\n")
        for name, rate in rates.items():
            say(f"    django-import-export, {RIVALS[name]:10} {rate:10,.0f} rows/s\n")
        best = max(rates.values())
        _ratio("Mintmark:", _rate(ours) / best, "the better rate", least=OF_RIVAL)
        if whole:
            _ratio(f"with {self.rows:,} rows:", _rate(whole) / best, "it", least=OF_RIVAL)

    def _rate_of_django(self, path: Path, how: str) -> float:
        folder = self._registers / f"django-{how}"
        command = [sys.executable, str(HERE / "import_django.py"), str(folder), str(path)]
        ran = subprocess.run(
            [*command, str(OF_THE_RIVAL), how], stdout=subprocess.PIPE, text=True, check=False
        )
        return OF_THE_RIVAL / float(_understood(ran.returncode, ran.stdout)["seconds"])


def _understood(status: int, said: str) -> Figures:
    if status:
        sys.exit(f"a process of the benchmark failed: {status}")
    return dict(json.loads(said.splitlines()[-1]))


def _rate(found: Figures) -> float:
    return float(found["read"] / found["seconds"])


def _spent(found: Figures) -> float:
    """Give the seconds of processors: they tell more than the clock where a machine is busy."""
    return float(found["cpu"] + found["server"])


def _tell(found: Figures, wanted: int | None = None) -> None:
    """Say how an import went; `wanted`: seconds for a million rows."""
    said = ", ".join(f"{what} {found[what]:.1f}" for what in ("reading", "deciding", "writing"))
    say(f"    {found['seconds']:.1f} s ({said}), {_rate(found):,.0f} rows/s\n")
    counts = ", ".join(f"{found[what]:,} {what}" for what in ("coded", "known", "refused"))
    say(f"    {counts}\n")
    busy = f"{found['cpu']:.1f} s in the program, {found['server']:.1f} s in the server"
    say(f"    processors: {busy}; load of the machine {found['load']:.1f}\n")
    say(f"    peak {found['peak']:,.0f} MB (of it the program {found['own']:,.0f})\n")
    if wanted:
        right = _rate(found) >= MILLION / wanted
        say(f"    wanted a million in {wanted} s, {MILLION / wanted:,.0f} rows/s: ")
        say(f"{verdict(right=right)}\n")


def _ratio(
    what: str, ratio: float, of: str, *, most: float | None = None, least: float | None = None
) -> None:
    say(f"    {what} {ratio:.2f} x {of}")
    if most:
        say(f"; wanted at most {most}: {verdict(right=ratio <= most)}")
    if least:
        say(f"; wanted at least {least}: {verdict(right=ratio >= least)}")
    say("\n")


def main(given: Sequence[str] | None = None) -> None:
    """Run the parts, and say how they went."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="20,000 rows, to try it out")
    parser.add_argument("--rows", type=int, help="rows of the file (1,000,000)")
    parser.add_argument("--only", choices=PARTS, help="one part (and what it is compared with)")
    parser.add_argument("--keep", type=Path, help="where files and registers are to stay")
    asked = parser.parse_args(given)
    rows = asked.rows or (20_000 if asked.quick else MILLION)
    say(f"{date.today()}, {platform.processor() or platform.machine()}, ")  # noqa: DTZ011 - for people
    say(f"{os.cpu_count()} cores, Python {platform.python_version()}\n")
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    with nullcontext(asked.keep) if asked.keep else tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), Path(tempfile.mkdtemp(prefix="registers-", dir=name)), rows)
        for part in [asked.only] if asked.only else PARTS:
            getattr(bench, part)()


if __name__ == "__main__":
    main()
