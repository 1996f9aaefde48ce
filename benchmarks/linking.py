"""Finding who of many records are one customer, beside Splink: time, memory, and how often right.

    python benchmarks/linking.py --count 1000000
    python benchmarks/linking.py --records FILE.parquet

A file has who each record truly is (`entity_id`), a `name`, and any of phone, email, id_number,
born, region and address in canonical form; where it tells the `damage` of each record (`first`:
none), what was found is told by damage. Without a file the records are made by linked_people.py,
with neither ID numbers nor dates of birth. Each runs in a process of its own; its time
is from the records in memory to the clusters, its memory the peak of the process. Splink (5, on
DuckDB) gets the columns that it can use beside our sounds of names, and as many threads as there
are processors. Its clusters are taken at the best of several thresholds, ours at 0.5.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.linked_people import linked_people

from mintmark.match.columns import keys_of_names
from mintmark.match.linking import link

_THRESHOLDS = (0.5, 0.7, 0.9, 0.95, 0.99)
_TRUTH = ("entity_id", "damage")
_FACTS = ("name", "phone", "email", "id_number", "born", "region", "address")
Figures = dict[str, Any]
Clusters = Callable[[float], pl.Series]
Found = TypeVar("Found")


def main() -> None:
    """Run both, and print what came of it."""
    asked = _asked()
    if asked.run:
        sys.stdout.write(json.dumps(_RUNS[asked.run](pl.read_parquet(asked.records))))
        return
    if asked.records:
        _check(asked.records)
    with tempfile.TemporaryDirectory() as folder:
        path = asked.records or Path(folder) / "records.parquet"
        if not asked.records:
            linked_people(asked.count, asked.seed).write_parquet(path)
        _say(f"{date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python "  # noqa: DTZ011
             f"{platform.python_version()}; {len(pl.read_parquet(path)):,} records")  # fmt: skip
        for name in ("ours", "splink")[: 1 if asked.without_splink else 2]:
            _report(name, _in_a_process(name, path))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=Path)
    parser.add_argument("--without-splink", action="store_true")
    parser.add_argument("--run", choices=["ours", "splink"], help=argparse.SUPPRESS)
    return parser.parse_args()


def _check(path: Path) -> None:
    """Refuse columns that nobody was to compare, a number of the row, say: they would be facts."""
    if more := set(pl.read_parquet_schema(path)) - {*_TRUTH, *_FACTS}:
        sys.exit(f"{path}: columns that are not compared: {', '.join(sorted(more))}. "
                 f"Leave them out, or name them as one of {', '.join(_FACTS)}.")  # fmt: skip


def _in_a_process(name: str, path: Path) -> Figures:
    command = [sys.executable, __file__, "--run", name, "--records", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _report(name: str, figures: Figures) -> None:
    _say(f"{name}: {figures['seconds']:.1f} s ({figures['cpu']:.1f} s of processors), "
         f"peak {figures['peak']:,.0f} MB, of it records {figures['before']:,.0f} MB")  # fmt: skip
    for label, (precision, recall, f1) in figures["right"].items():
        _say(f"    {label:28} P {precision:.5f}  R {recall:.4f}  F1 {f1:.4f}")
    for damage, recall in sorted(figures.get("by damage", {}).items()):
        _say(f"    found of {damage:20} {recall:.4f}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


# ---------------------------------------------------------------- the two


def _ours(records: pl.DataFrame) -> Figures:
    told = records.drop(_TRUTH, strict=False)
    figures, linked = _measured(lambda: link(told))
    truth = records["entity_id"]
    right = {"sure pairs": _of_pairs(linked.pairs.filter(pl.col("zone") == "sure"), truth)}
    right["pairs at 0.5"] = _of_pairs(linked.pairs.filter(pl.col("posterior") >= 0.5), truth)  # noqa: PLR2004
    right["clusters, sure"] = _of_clusters(linked.clusters["cluster"], truth)
    clusters = linked.clusters_at(0.5)["cluster"]
    right["clusters at 0.5"] = _of_clusters(clusters, truth)
    return figures | {"right": right, "by damage": _by_damage(records, clusters)}


def _splink(records: pl.DataFrame) -> Figures:
    from benchmarks.linking_splink import linked_by_splink  # noqa: PLC0415 - optional

    told = records.drop(_TRUTH, strict=False).with_row_index("unique_id")
    figures, (_, clusters_at) = _measured(lambda: _clustered_once(linked_by_splink(_heard(told))))
    found = {at: clusters_at(at) for at in _THRESHOLDS}
    truth = records["entity_id"]
    right = {f"clusters at {at}": _of_clusters(c, truth) for at, c in found.items()}
    best = max(right, key=lambda label: right[label][2])
    by_damage = _by_damage(records, found[float(best.rpartition(" ")[2])])
    return figures | {"right": {f"{best} (best)": right[best]}, "by damage": by_damage}


def _clustered_once(clusters_at: Clusters) -> tuple[pl.Series, Clusters]:
    return clusters_at(_THRESHOLDS[0]), clusters_at


_RUNS: dict[str, Callable[[pl.DataFrame], Figures]] = {"ours": _ours, "splink": _splink}


def _heard(records: pl.DataFrame) -> pl.DataFrame:
    """Add how names sound, as ours hears them: without it Splink finds no pinyin."""
    keys = keys_of_names(records["name"]).unique("name", keep="first", maintain_order=True)
    heard = records.join(keys.select("name", heard="text"), on="name", how="left")
    return heard.with_columns(pl.coalesce("heard", "name").alias("heard")).sort("unique_id")


def _measured(run: Callable[[], Found]) -> tuple[Figures, Found]:
    before, start = _peak(), perf_counter()
    found = run()
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds, cpu = perf_counter() - start, used.ru_utime + used.ru_stime
    return {"seconds": seconds, "cpu": cpu, "peak": _peak(), "before": before}, found


def _peak() -> float:
    """Give the largest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# ---------------------------------------------------------------- how often right

Right = tuple[float, float, float]  # precision, recall, F1


def _of_pairs(pairs: pl.DataFrame, truth: pl.Series) -> Right:
    same = truth.gather(pairs["left"]) == truth.gather(pairs["right"])
    return _right(int(same.sum()), len(pairs), _pairs_within(truth))


def _of_clusters(clusters: pl.Series, truth: pl.Series) -> Right:
    """Count pairs within clusters, as is usual."""
    both = pl.DataFrame({"cluster": clusters, "truth": truth})
    true = _of_sizes(both.group_by("cluster", "truth").len()["len"])
    return _right(true, _pairs_within(clusters), _pairs_within(truth))


def _right(true: int, found: int, there: int) -> Right:
    return true / max(1, found), true / max(1, there), 2 * true / max(1, found + there)


def _pairs_within(groups: pl.Series) -> int:
    return _of_sizes(groups.value_counts()["count"])


def _of_sizes(sizes: pl.Series) -> int:
    each = sizes.cast(pl.Int64)
    return int((each * (each - 1) // 2).sum())


def _by_damage(records: pl.DataFrame, clusters: pl.Series) -> dict[str, float]:
    """Give, for each damage of a name, how many such records came to their customer's first."""
    if "damage" not in records.columns:
        return {}
    found = records.select("entity_id", "damage").with_columns(cluster=clusters)
    first = found.filter(pl.col("damage") == "first").select("entity_id", home="cluster")
    again = found.filter(pl.col("damage") != "first").join(first, on="entity_id")
    recall = again.group_by("damage").agg((pl.col("cluster") == pl.col("home")).mean())
    return dict(recall.rows())


if __name__ == "__main__":
    main()
