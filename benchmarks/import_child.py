"""One import in a process of its own, as ``mintmark import`` does it: for importing.py.

    python benchmarks/import_child.py FOLDER FILE [--coded FILE] [--profile N]

Says as JSON how long it took: `reading` (and checking), `deciding`, `writing` (sealed, indexed,
coded, ledger and all) with what is read from the register before and the report after it, and
`file`, writing the coded rows, which is not part of `seconds`.
"""

import argparse
import cProfile
import json
import pstats
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.customer_rule import RULE, TABLES

import mintmark
from mintmark import intake
from mintmark.intake import planning
from mintmark.intake.deciding import decide
from mintmark.intake.opened import opened
from mintmark.wording import Wording


class Clock:
    """Seconds by what was done."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, what: str) -> Iterator[None]:
        """Add what passes to this."""
        begun = perf_counter()
        try:
            yield
        finally:
            self.seconds[what] = self.seconds.get(what, 0.0) + perf_counter() - begun

    def around(self, what: str, verb: Callable[..., Any]) -> Callable[..., Any]:
        """Give the same verb, with its time taken."""

        @wraps(verb)
        def timed(*given: Any, **named: Any) -> Any:
            with self.of(what):
                return verb(*given, **named)

        return timed


def main() -> None:
    """Import the file, and say how it went."""
    asked = _asked()
    profile = cProfile.Profile() if asked.profile else None
    with mintmark.open(asked.folder, create=True) as register:
        if not register.rulebook.rules_by_id():
            register.publish(RULE, tables=TABLES)
        with profile or nullcontext():
            told = _imported(register, asked.file, asked.coded)
    if profile:
        for order in ("cumulative", "tottime"):
            pstats.Stats(profile, stream=sys.stderr).sort_stats(order).print_stats(asked.profile)
    sys.stdout.write(json.dumps(told) + "\n")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--coded", type=Path, help="write the coded rows, too")
    parser.add_argument("--profile", type=int, help="say so many lines of where time went")
    return parser.parse_args()


def _imported(register: mintmark.Register, file: Path, coded: Path | None) -> dict[str, Any]:
    clock = Clock()
    reading, deciding = clock.around("reading", opened), clock.around("deciding", decide)
    with clock.of("seconds"):
        with patch.object(planning, "opened", reading), patch.object(planning, "decide", deciding):
            plan = mintmark.plan_import(register, file)
        with clock.of("writing"):
            run = plan.apply()
            steps = sum(1 for _ in run)
            report = run.report
            summary = report.summary()
    if coded:
        with clock.of("file"):
            for _ in intake.write_coded(report, coded, Wording("zh-CN")):
                pass
    used = resource.getrusage(resource.RUSAGE_SELF)
    counted = {name: getattr(summary, name) for name in ("read", "coded", "known", "refused")}
    return {**clock.seconds, **counted, "steps": steps, "cpu": used.ru_utime + used.ru_stime}


if __name__ == "__main__":
    main()
