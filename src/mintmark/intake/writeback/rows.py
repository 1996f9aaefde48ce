"""Codes into another system's database, by key: look first, then one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl
import sqlalchemy as sa

from mintmark.errors import SourceChanged
from mintmark.intake.writeback import databases, keys
from mintmark.intake.writeback.databases import Target
from mintmark.intake.writeback.weighing import DIFFERING, Counts, count, to_write, weigh
from mintmark.progress import Progress

_STEP = 5000  # rows that are handed over at a time
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
                ours = _beside(connection, table, self.target)
                typed = keys.typed(ours.c.whose.type)
                for start in range(0, total, _STEP):
                    step = writes.slice(start, _STEP).select("key", "ours", "there")
                    names = ("whose", "code", "seen")
                    given = [dict(zip(names, row, strict=True)) for row in step.iter_rows()]
                    given = [one | {"whose": typed(one["whose"])} for one in given]
                    connection.execute(sa.insert(ours), given)
                    yield Progress(done=min(start + _STEP, total), total=total)
                if _fill(connection, table, self.target, ours) != total:
                    raise SourceChanged(source=self.target.shown, table=self.target.table)


def _beside(connection: sa.Connection, table: sa.Table, target: Target) -> sa.Table:
    """Make a table of this connection's own, for what is to be written.

    One statement then joins the two: row by row it would take forever where keys have no index.
    """
    is_mysql = connection.dialect.name in databases.MYSQL
    ours = sa.Table(
        "mintmark_codes",
        sa.MetaData(),
        sa.Column("whose", table.columns[target.key].type),
        sa.Column("code", table.columns[target.column].type),
        sa.Column("seen", table.columns[target.column].type),
        prefixes=["TEMPORARY"],
        **(databases.like(table) if is_mysql else {}),
    )
    if is_mysql:
        keys.index(ours.c.whose)
    ours.create(connection)
    return ours


def _fill(connection: sa.Connection, table: sa.Table, target: Target, ours: sa.Table) -> int:
    """Write the codes; give how many rows still were as the plan saw them.

    The database locks each row as it compares, so nobody writes in between.
    """
    column, key = table.columns[target.column], table.columns[target.key]
    kind = connection.dialect.name
    is_empty = sa.and_(column.is_(None), ours.c.seen.is_(None))
    update = sa.update(table).where(
        keys.alike(key, ours.c.whose, kind),
        sa.or_(keys.alike(column, ours.c.seen, kind), is_empty),
    )
    return connection.execute(update.values({column: ours.c.code})).rowcount


def plan_rows(target: Target, codes: pl.DataFrame, *, add_column: bool = False) -> RowPlan:
    """Look what writing `codes` (`key`, `code`) into a table would do.

    `add_column`: a missing column is added, not refused. Raises UnknownSource, MissingDriver,
    UnreachableSource, UnknownTableThere, UnknownColumnThere, NoTransactions, NoCodeColumn,
    UnfitColumn or SourceRefused.
    """
    ours = codes.select("key", ours="code").unique("key", maintain_order=True)
    longest = ours["ours"].str.len_chars().max()
    with databases.opened(target) as engine, databases.refusing(target):
        table = databases.described(engine, target)
        databases.require_transactions(engine, target, table)
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
    text = keys.told(key.type)
    frames = [pl.DataFrame(schema=_TEXTS)]
    with engine.connect() as connection:
        found = connection.execution_options(yield_per=_READ).execute(query)
        for some in found.partitions():
            rows = [(text(one), None if code is None else str(code)) for one, code in some]
            frames.append(pl.DataFrame(rows, schema=_TEXTS, orient="row"))
    return pl.concat(frames)
