"""New customers by the table: what `Customers.add` writes row by row, in columns.

Rows are made before the database is asked for anything (`Load.of`), so that one table can be made
while another one is being written.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from mintmark.match.columns import keys_of_column
from mintmark.store import copying, fact_columns
from mintmark.store.copying import Parts
from mintmark.store.fact_columns import Texts
from mintmark.store.sealing import Sealing
from mintmark.store.session import Session

_PRINT = "V16"
_AT_ONCE = 12_500  # customers
_MOSTLY = 0.9  # of the texts are different: then it is not worth looking
Ids = npt.NDArray[np.int64]
Prints = npt.NDArray[np.void]


class Keyed(NamedTuple):
    """Fingerprints, whose each is (an inner number), and the version of the index key."""

    prints: npt.NDArray[Any]
    whose: Ids
    version: int


class _Sealed(NamedTuple):
    """Some customers, and their data keys, as COPY reads them: CSV and binary."""

    columns: tuple[str, ...]
    customers: bytes
    data_keys: Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Rows for each table, as COPY reads them: binary, but for `customers` (CSV)."""

    customers: Parts
    columns: tuple[str, ...]
    data_keys: tuple[Parts, ...]
    identity: tuple[Parts, ...]
    learnt: tuple[Parts, ...]
    facts: tuple[Parts, ...]
    external: Parts
    matches: tuple[Parts, ...]

    @classmethod
    def of(
        cls,
        sealing: Sealing,
        people: pl.DataFrame,
        ids: Ids,
        own: Iterable[tuple[Texts, Ids]],
        *,
        learnt: Iterable[tuple[Texts, Ids]] = (),
        called: pl.DataFrame | None = None,
        sealed: Collection[str],
        spoken: pl.DataFrame | None = None,
        at: datetime,
        batch: int | None,
    ) -> "Load":
        """Seal customers (a table of facts, see `fact_columns`) and blind their keys.

        `ids`: their inner numbers; `own`: texts of keys that shall be somebody's alone, with the
        inner number for each, and `learnt` more of customers there were; null texts are left out.
        `called`: what other systems call them (`source`, `key`, `customer`). `sealed`: declared
        fields about people; `spoken`: see `keys_of_column`.
        """
        given = {"added_at": pl.lit(at.isoformat()), "batch": pl.lit(batch)}
        tables = list(_sealed(sealing, people, ids, sealed, given))
        everyone = ((texts, ids) for texts in fact_columns.searched(people))
        alike = keys_of_column(people, spoken)
        return cls(
            customers=tuple(one.customers for one in tables),
            columns=tables[0].columns if tables else (),
            data_keys=tuple(one.data_keys for one in tables),
            identity=_rows(_blinded(sealing, own)),
            learnt=_rows(_blinded(sealing, learnt), batch),
            facts=_rows(_halved(_blinded(sealing, everyone))),
            external=() if called is None else _called(called, batch),
            matches=_rows(_halved(_blinded(sealing, _matched(alike, ids)))),
        )


class Loading:
    """Writes tables of new customers."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def wait_for(self, seconds: int) -> None:
        """Wait so long, at most, for whatever another unit of work has locked; 0: for ever."""
        self._session.connection.execute(f"SET LOCAL lock_timeout = '{seconds}s'".encode())

    def reserve(self, count: int) -> Ids:
        """Give inner numbers for new customers; these may have gaps, codes have none."""
        query = f"SELECT nextval('customer_id') FROM generate_series(1, {count:d})"
        return copying.numbers(self._session.copied(query))

    def add(self, load: Load) -> None:
        """Write them. A key that another customer has is a unique violation."""
        copy = self._session.copy
        if load.customers:
            copy("customer", load.columns, load.customers, form="csv")
        for rows in load.data_keys:
            copy("data_key", ("customer", "wrapped", "version"), rows)
        for rows in load.identity:
            copy("identity", ("key", "customer", "version"), rows)
        for rows in load.learnt:
            copy("identity", ("key", "customer", "version", "batch"), rows)
        for rows in load.facts:
            copy("fact_index", ("fingerprint", "customer", "version"), rows)
        if load.external:
            copy("external_key", ("source", "key", "customer", "batch"), load.external, form="csv")
        for rows in load.matches:
            copy("match_key", ("key", "customer", "version"), rows)


def _sealed(
    sealing: Sealing,
    people: pl.DataFrame,
    ids: Ids,
    names: Collection[str],
    given: dict[str, pl.Expr],
) -> Iterator[_Sealed]:
    """Seal customers, some at a time: each takes kilobytes on the way. `given`: columns more."""
    for begin in range(0, len(ids), _AT_ONCE):
        some, whose = people[begin : begin + _AT_ONCE], ids[begin : begin + _AT_ONCE]
        packed = fact_columns.personal(some, sealed=names)
        rows = list(zip(whose.tolist(), map(str.encode, packed), strict=True))
        done = sealing.seal(rows, table="customer", column="sealed")
        wraps = [wrap for wrap, _ in done]
        table = some.select(
            pl.Series("id", whose),
            *(name for name in fact_columns.OPENLY if name in some.columns),
            attributes=pl.lit(fact_columns.openly(some, sealed=names)),
            sealed=pl.lit(pl.Series([value for _, value in done], dtype=pl.Binary)),
            fields=pl.lit(fact_columns.held(some, sealed=names)),
            index_version=pl.lit(sealing.index_versions[0]),
            **given,
        )
        keys = np.frombuffer(b"".join(wraps), f"V{len(wraps[0])}")
        data_keys = copying.fixed([whose, keys, sealing.version_of(wraps[0])])
        yield _Sealed(tuple(table.columns), copying.written(table), data_keys)


def _called(called: pl.DataFrame, batch: int | None) -> Parts:
    """Write external keys in one order, as all keys."""
    rows = called.sort("source", "key").select("source", "key", "customer", batch=pl.lit(batch))
    return (copying.written(rows),) if rows.height else ()


def _matched(alike: pl.DataFrame, ids: Ids) -> Iterator[tuple[Texts, Ids]]:
    for (index,), found in alike.group_by("index"):
        yield (str(index), found["text"]), ids[found["row"].to_numpy()]


def _blinded(sealing: Sealing, keys: Iterable[tuple[Texts, Ids]]) -> list[Keyed]:
    """Give the fingerprints of texts under all versions in use."""
    found: list[Keyed] = []
    for (index, texts), whose in keys:
        there = texts.is_not_null()
        for version in sealing.index_versions:
            prints = prints_of(sealing, index, texts.drop_nulls(), version)
            found.append(Keyed(prints, whose[there.to_numpy()], version))
    return [one for one in found if len(one.prints)]


def prints_of(sealing: Sealing, index: str, texts: pl.Series, version: int) -> Prints:
    """Give the fingerprint of each text; each distinct one is blinded once."""
    distinct = texts.unique()
    if len(distinct) > _MOSTLY * len(texts):
        return _joined(sealing.blind(index, texts.to_list(), version=version))
    prints = _joined(sealing.blind(index, distinct.to_list(), version=version))
    known = pl.DataFrame({"text": distinct}).with_row_index("at")
    places = texts.alias("text").to_frame().join(known, on="text", maintain_order="left")["at"]
    found: Prints = prints[places.to_numpy()]
    return found


def _joined(prints: Sequence[bytes]) -> Prints:
    return np.frombuffer(b"".join(prints), _PRINT)


def _halved(keys: Iterable[Keyed]) -> list[Keyed]:
    """Give 64 bits of each fingerprint, see `facts.halved`."""
    words = [(k, k.prints.view(">i8").reshape(len(k.prints), -1)[:, 0]) for k in keys]
    return [Keyed(half.astype(np.int64), key.whose, key.version) for key, half in words]


def _rows(keys: Iterable[Keyed], *more: int | None) -> tuple[Parts, ...]:
    """Write keys in their order, which everybody keeps to: so writers wait, and never block."""
    by_version: dict[int, list[Keyed]] = {}
    for one in keys:
        by_version.setdefault(one.version, []).append(one)
    beside = [one for one in more if one is not None]
    return tuple(_ordered(version, found, beside) for version, found in sorted(by_version.items()))


def _ordered(version: int, keys: list[Keyed], beside: list[int]) -> Parts:
    prints = np.concatenate([one.prints for one in keys])
    whose = np.concatenate([one.whose for one in keys])
    order = np.argsort(_leading(prints), kind="stable")
    return copying.fixed([prints[order], whose[order], version, *beside])


def _leading(prints: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if prints.dtype.kind != "V":
        return prints
    return prints.view(">u8").reshape(len(prints), -1)[:, 0]
