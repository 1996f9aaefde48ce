"""What is written by the table is what is written one by one, to the letter."""

from datetime import date

import numpy as np
import orjson
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from mintmark.customer import FACTS, Customer
from mintmark.store import fact_columns, facts
from mintmark.store.copying import fixed, written

_TEXTS = st.text(min_size=1, max_size=12).filter(lambda text: text.strip() != "")
_OPEN, _SEALED = {"grade": pl.String, "visited": pl.Date}, {"微信": pl.String, "born": pl.Date}
_SCHEMA = {
    **{name: pl.Date if fact.kind == "date" else pl.String for name, fact in FACTS.items()},
    **_OPEN,
    **_SEALED,
}


def _values(kind: type[pl.DataType]) -> st.SearchStrategy[str | date | None]:
    some: st.SearchStrategy[str | date] = _TEXTS
    return st.none() | (st.dates() if kind == pl.Date else some)


_ROWS = st.lists(
    st.fixed_dictionaries(
        {name: _TEXTS if name == "name" else _values(kind) for name, kind in _SCHEMA.items()}
    ),
    min_size=1,
    max_size=4,
)


@given(_ROWS)
def test_a_table_is_packed_and_keyed_as_its_customers_are(rows: list[dict[str, object]]) -> None:
    table = pl.DataFrame(rows, schema=_SCHEMA)
    people = [Customer.of_facts(row, sealed=_SEALED) for row in rows]
    packed = fact_columns.personal(table, sealed=_SEALED)
    assert [one.encode() for one in packed] == [facts.pack(one) for one in people]
    openly = fact_columns.openly(table, sealed=_SEALED)
    assert [orjson.loads(one) for one in openly] == [facts.pack_open(one) for one in people]
    held = fact_columns.held(table, sealed=_SEALED)
    assert [orjson.loads(one) if one else None for one in held] == [
        [name for name, _ in one.sealed] or None for one in people
    ]


@given(_ROWS, st.integers(0, 3))
def test_a_table_has_the_keys_of_its_customers(rows: list[dict[str, object]], nth: int) -> None:
    table = pl.DataFrame(rows, schema=_SCHEMA)
    people = [Customer.of_facts(row, sealed=_SEALED) for row in rows]
    index, texts = fact_columns.record(table, pl.Series([nth] * len(rows)))
    assert [(index, text) for text in texts] == [facts.record_key(one, nth) for one in people]
    identity = [found for _, found in fact_columns.identity(table)]
    for at, one in enumerate(people):
        mine = [(index, column[at]) for index, column in identity if column[at] is not None]
        assert mine == list(facts.identity_keys(one))
        searched = [(i, c[at]) for i, c in fact_columns.searched(table) if c[at] is not None]
        assert searched == list(facts.search_keys(one))


@given(st.lists(st.tuples(_TEXTS, st.none() | st.binary(max_size=3)), min_size=1))
def test_what_is_written_as_csv_has_a_line_for_each_row(
    rows: list[tuple[str, bytes | None]],
) -> None:
    table = pl.DataFrame(rows, {"text": pl.String, "value": pl.Binary}, orient="row")
    read = pl.read_csv(
        written(table), has_header=False, infer_schema=False, truncate_ragged_lines=False
    )
    assert read.rows() == [
        (text, value if value is None else "\\x" + value.hex()) for text, value in rows
    ]


def test_rows_of_no_table_are_only_a_head_and_an_end() -> None:
    assert b"".join(fixed([np.array([], np.int64), 1]))[-2:] == b"\xff\xff"
