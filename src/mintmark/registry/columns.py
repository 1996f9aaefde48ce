"""A column of attributes becomes a column of codes: a million rows in one unit of work."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
import polars as pl

from mintmark.customer import Customer
from mintmark.errors import CodeTaken, SequenceFull, TooBusy
from mintmark.minting import Place, ScopeFull
from mintmark.minting.columns import foreseen_of, numbers_of
from mintmark.registry.registering import TRIES, Registering
from mintmark.registry.ruling import Live, Ruling, the_rule
from mintmark.registry.writing import Writing
from mintmark.rule.capacity import free
from mintmark.rule.columns import canonical_column, scope_keys
from mintmark.store import Conflict, CounterLags, Work, facts
from mintmark.store.events import HELD, MINTED, Event

_ROW = "\x00row"  # no attribute has such a name
Read = Callable[[Mapping[str, str | date]], Customer]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows that one rule numbers: which of the table, their attributes, their scopes.

    `packed` are the attributes as JSON, for codes that wait for their customer.
    """

    live: Live
    rows: pl.Series
    attributes: pl.DataFrame
    scopes: pl.Series
    packed: pl.Series | None

    def place(self, at: int) -> Place:
        """Give where a row is numbered, by its place in the part."""
        row = {name: self.attributes[name][at] for name in self.attributes.columns}
        return Place(self.live.id, self.live.speller.scope(row))


def parts_of(
    table: pl.DataFrame, ruling: Ruling, read: Read, *, packing: bool = True
) -> list[Part]:
    """Read a table of attributes and tell which rule numbers which rows; `packing`: see `Part`.

    Each distinct value of a column, and each distinct combination of those that conditions name, is
    looked at once. Raises what `read`, `the_rule` and `Speller.scope` do.
    """
    if not table.height:
        return []
    attributes = table.with_columns(_read_column(column, read) for column in table)
    packed = _packed(table, read) if packing else None
    named = {name for live in ruling.rules for name, _ in live.rule.terms.when}
    conditions = [name for name in attributes.columns if name in named]
    numbered = attributes.with_row_index(_ROW)
    if not conditions:
        groups: list[tuple[dict[str, Any], pl.DataFrame]] = [({}, numbered)]
    else:
        groups = [
            (dict(zip(conditions, values, strict=True)), group)
            for values, group in numbered.group_by(conditions, maintain_order=True)
        ]
    by_rule: dict[int, tuple[Live, list[pl.DataFrame]]] = {}
    for values, group in groups:
        live = the_rule(ruling.rules, values)
        by_rule.setdefault(live.id, (live, []))[1].append(group)
    return [
        # In the order of rows: so they are numbered.
        _part(live, found[0] if len(found) == 1 else pl.concat(found).sort(_ROW), packed)
        for live, found in by_rule.values()
    ]


def _part(live: Live, rows: pl.DataFrame, packed: pl.Series | None) -> Part:
    attributes = rows.drop(_ROW)
    scopes = scope_keys(live.rule, attributes, today=live.speller.today)
    told = None if packed is None else packed.gather(rows[_ROW])
    return Part(live, rows[_ROW], attributes, scopes, told)


def _read_column(column: pl.Series, read: Read) -> pl.Series:
    """Give a column in canonical values."""
    values = column.drop_nulls().unique(maintain_order=True)
    found = [read({column.name: value}).facts().get(column.name) for value in values]
    kind = pl.Date if any(isinstance(value, date) for value in found) else pl.String
    return _replaced(column, values, pl.Series(found, dtype=kind, strict=True))


def _packed(table: pl.DataFrame, read: Read) -> pl.Series:
    """Give the attributes of each row as JSON."""
    pieces = [_pieces(column, read) for column in table]
    inner = pl.select(pl.concat_str(pl.lit(""), *pieces, separator=",", ignore_nulls=True))
    packed = "{" + inner.to_series().str.strip_chars_start(",") + "}"
    return packed if len(packed) == table.height else pl.repeat(packed[0], table.height, eager=True)


def _pieces(column: pl.Series, read: Read) -> pl.Series:
    values = column.drop_nulls().unique(maintain_order=True)
    packed = [facts.pack_attributes(read({column.name: value})) for value in values]
    pieces = [orjson.dumps(one).decode()[1:-1] if one else None for one in packed]
    return _replaced(column, values, pl.Series(pieces, dtype=pl.String))


def _replaced(column: pl.Series, values: pl.Series, by: pl.Series) -> pl.Series:
    known = pl.DataFrame({"": values, "by": by})
    joined = column.alias("").to_frame().join(known, on="", how="left", maintain_order="left")
    return joined["by"].alias(column.name)


def mint_column(registering: Registering, parts: Sequence[Part]) -> pl.Series:
    """Mint a code for each row, numbered without a gap in the order of rows.

    Raises SequenceFull, or TooBusy after many tries; then nothing is minted.
    """
    careful = False
    for _ in range(TRIES):
        try:
            with registering.store.transaction() as work:
                return code_parts(work, parts, registering.writing(careful))
        except ScopeFull as full:
            raise _sequence_full(parts, full) from None
        except CodeTaken as taken:
            if careful:
                raise
            careful = not registering.mend(code=taken.code)
        except CounterLags as lagging:
            careful |= not registering.mend(scope=lagging.scope)
        except Conflict:
            continue
    raise TooBusy(tries=TRIES)


def _sequence_full(parts: Sequence[Part], full: ScopeFull) -> SequenceFull:
    key, left = next(iter(full.left.items()))
    rule = next(part.live.rule for part in parts if key in part.scopes.implode()[0])
    return SequenceFull(scope=key, capacity=free(rule), left=left)


def code_parts(
    work: Work,
    parts: Sequence[Part],
    writing: Writing,
    *,
    customers: pl.Series | None = None,
    batch: int | None = None,
) -> pl.Series:
    """Number the rows, write their codes, and give these in the order of rows.

    `customers`: the inner number of each row's customer; without them codes are held for the actor.
    Raises ScopeFull, CounterLags or CodeTaken.
    """
    capacities = {
        key: free(part.live.rule) for part in parts for key in part.scopes.unique().sort()
    }
    if not capacities:
        return pl.Series("code", [], dtype=pl.String)
    counters = writing.taking.lock(work, capacities)
    work.counters.take_time()
    spelt: list[pl.DataFrame] = []
    for part in parts:
        numbered = numbers_of(
            work, writing.taking, counters, speller=part.live.speller,
            attributes=part.attributes, scopes=part.scopes, place=part.place,
        )  # fmt: skip
        passports = _passports(part, numbered, writing)
        if customers is None:
            holder = pl.lit(writing.actor)
            passports = passports.with_columns(holder=holder, attributes=pl.lit(part.packed))
        else:
            whose = pl.lit(customers.gather(part.rows))
            passports = passports.with_columns(customer=whose, batch=pl.lit(batch))
        # In the order of the indexes, which are then filled from one end: twice as fast.
        work.codes.add_table(passports.sort("scope", "number"))
        work.events.add(_events(numbered, writing, HELD if customers is None else MINTED))
        spelt.append(numbered.select(pl.lit(part.rows).alias(_ROW), "text"))
    return pl.concat(spelt).sort(_ROW)["text"].alias("code")


def foresee_parts(work: Work, parts: Sequence[Part], writing: Writing) -> pl.DataFrame:
    """Tell, for each row in order, its `scope` and the `code` that it would have now.

    A code is null where the scope would be full.
    """
    found = [pl.DataFrame(schema={_ROW: pl.UInt32, "scope": pl.String, "code": pl.String})]
    for part in parts:
        texts = foreseen_of(
            work, writing.taking, speller=part.live.speller, attributes=part.attributes,
            scopes=part.scopes, place=part.place,
        )  # fmt: skip
        found.append(
            pl.DataFrame({_ROW: part.rows, "scope": part.scopes, "code": texts}).cast(
                {_ROW: pl.UInt32}
            )
        )
    return pl.concat(found).sort(_ROW).drop(_ROW)


def usage_of(work: Work, parts: Sequence[Part]) -> pl.DataFrame:
    """Tell how much of each scope rows would use: `scope`, `count`, `used` so far, `capacity`."""
    counted = [
        part.scopes.alias("scope")
        .value_counts(name="count")
        .with_columns(capacity=pl.lit(free(part.live.rule), pl.Int64))
        for part in parts
    ]
    schema: dict[str, type[pl.DataType]] = {
        "scope": pl.String,
        "count": pl.UInt32,
        "capacity": pl.Int64,
    }
    scopes = pl.concat([pl.DataFrame(schema=schema), *counted])
    counters = work.counters.read(scopes["scope"].to_list())
    used = [counters[one].used if one in counters else 0 for one in scopes["scope"]]
    return scopes.select(
        "scope", "count", pl.Series("used", used, dtype=pl.Int64), "capacity"
    ).sort("scope")


def _passports(part: Part, numbered: pl.DataFrame, writing: Writing) -> pl.DataFrame:
    return numbered.select(
        canonical=canonical_column(numbered["text"]),
        text="text",
        rule=pl.lit(part.live.id),
        scope="scope",
        number="number",
        minted_at=pl.lit(writing.now.isoformat()),
        actor=pl.lit(writing.actor),
    )


def _events(numbered: pl.DataFrame, writing: Writing, verb: str) -> Iterator[Event]:
    runs = numbered.group_by("scope").agg(
        pl.len(), pl.min("number").alias("first"), pl.max("number").alias("last"), pl.first("text")
    )
    for scope, count, first, last, text in runs.sort("scope").iter_rows():
        yield Event(
            at=writing.now, actor=writing.actor, verb=verb, scope=scope, first=first, last=last,
            count=count, code=text if count == 1 else None,
        )  # fmt: skip
