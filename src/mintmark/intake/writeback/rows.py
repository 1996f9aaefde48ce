"""Codes into another system's database, by key: look first, then one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import sqlalchemy as sa

from mintmark.errors import SourceChanged
from mintmark.intake.writeback import databases
from mintmark.intake.writeback.databases import Target
from mintmark.intake.writeback.weighing import DIFFERING, Counts, count, to_write, weigh
from mintmark.progress import Progress

_STEP = 5000  # rows to a statement
_READ = 20_000
_TEXTS = {"key": pl.String, "there": pl.String}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlan:
    """What writing codes into a table would do; nothing is written before `write`."""

    target: Target
    counts: Counts
    differences: pl.DataFrame  # key, ours, there
    addition: str | None  # the statement for a column that is to be added
    _weighed: pl.DataFrame = field(repr=False)

    def write(self, *, overwrite: bool = False) -> Iterator[Progress]:
        """Fill the column in one transaction; what differs stays, unless `overwrite`.

        Each row is written only if it still holds what the plan saw; where one does not, nothing
        is. Raises SourceChanged, SourceRefused or what opening raises.
        """
        writes = to_write(self._weighed, overwrite=overwrite)
        total = writes.height
        yield Progress(done=0, total=total)
        with databases.opened(self.target) as engine, databases.refusing(self.target):
            with engine.begin() as connection:
                if self.addition:
                    connection.execute(sa.text(self.addition.replace(":", r"\:")))
            table = databases.described(engine, self.target)
            with engine.begin() as connection:
                for start in range(0, total, _STEP):
                    step = writes.slice(start, _STEP)
                    if self._fill(connection, table, step) != step.height:
                        raise SourceChanged(source=self.target.shown, table=self.target.table)
                    yield Progress(done=start + step.height, total=total)

    def _fill(self, connection: sa.Connection, table: sa.Table, step: pl.DataFrame) -> int:
        """Write some rows; give how many still were as the plan saw them.

        The database locks each row as it compares, so nobody writes in between.
        """
        key, column = table.columns[self.target.key], table.columns[self.target.column]
        typed = _typed(key.type)
        met = 0
        for is_null, some in step.group_by(pl.col("there").is_null(), maintain_order=True):
            seen = column.is_(None) if is_null[0] else column == sa.bindparam("seen")
            update = sa.update(table).where(key == sa.bindparam("whose"), seen)
            given = [
                {"whose": typed(whose), "code": code} | ({} if is_null[0] else {"seen": there})
                for whose, code, there in some.select("key", "ours", "there").iter_rows()
            ]
            met += connection.execute(update.values({column: sa.bindparam("code")}), given).rowcount
        return met


def plan_rows(target: Target, codes: pl.DataFrame, *, add_column: bool = False) -> RowPlan:
    """Look what writing `codes` (`key`, `code`) into a table would do.

    `add_column`: a missing column is added, not refused. Raises UnknownSource, MissingDriver,
    UnreachableSource, UnknownTableThere, UnknownColumnThere, NoCodeColumn, UnfitColumn or
    SourceRefused.
    """
    ours = codes.select("key", ours="code").unique("key", maintain_order=True)
    longest = ours["ours"].str.len_chars().max()
    with databases.opened(target) as engine, databases.refusing(target):
        table = databases.described(engine, target)
        addition = None
        if add_column and target.column not in table.columns:
            addition = databases.addition(engine, target, table)
        else:
            databases.require_column(engine, target, table)
            databases.require_fit(target, table, longest if isinstance(longest, int) else 0)
        there = _there(engine, table, target)
    return _weighed(target, ours, there, addition)


def _weighed(
    target: Target, ours: pl.DataFrame, there: pl.DataFrame, addition: str | None
) -> RowPlan:
    met = there.join(ours, on="key", how="semi")
    once = met.filter(pl.col("key").is_unique())
    twice = met.height and met["key"].n_unique() - once.height
    weighed = weigh(once.join(ours, on="key", how="inner", maintain_order="left"))
    missing = ours.join(met, on="key", how="anti").height
    return RowPlan(
        target=target,
        counts=count(weighed, missing=missing, twice=twice),
        differences=weighed.filter(pl.col("state") == DIFFERING).select("key", "ours", "there"),
        addition=addition,
        _weighed=weighed,
    )


def _there(engine: sa.Engine, table: sa.Table, target: Target) -> pl.DataFrame:
    """Read all keys, as text, and what stands in the column for codes."""
    key = table.columns[target.key]
    column = table.columns.get(target.column)
    there = sa.null() if column is None else column
    query = sa.select(key, there).where(key.is_not(None))
    text = _filled_up if isinstance(key.type, sa.CHAR) else str
    frames = [pl.DataFrame(schema=_TEXTS)]
    with engine.connect() as connection:
        found = connection.execution_options(yield_per=_READ).execute(query)
        for some in found.partitions():
            rows = [(text(one), None if code is None else str(code)) for one, code in some]
            frames.append(pl.DataFrame(rows, schema=_TEXTS, orient="row"))
    return pl.concat(frames)


def _filled_up(key: str) -> str:
    """Give the text of CHAR(n), which databases fill up with blanks."""
    return key.rstrip(" ")


def _typed(kind: sa.types.TypeEngine[Any]) -> Any:
    """Give what turns a key's text into a value of the key's column."""
    try:
        python = kind.python_type
    except NotImplementedError:
        return str

    def typed(text: str) -> Any:
        try:
            return python(text)
        except (ValueError, TypeError, ArithmeticError):
            return text

    return str if python is str else typed
