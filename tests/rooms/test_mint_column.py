"""A column of attributes becomes a column of codes, in one unit of work."""

from datetime import date
from time import monotonic

import polars as pl
import pytest
from tests.conftest import TABLES
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors

REGIONS = {"region": TABLES["region"]}


def test_rows_are_numbered_without_a_gap_in_their_order(register: mintmark.Register) -> None:
    rows = pl.DataFrame({
        "region": ["北京", "上海", "北京市", "Beijing", "上海"],
        "type": ["VIP", "VIP", "VIP客户", "普通", "VIP"],
        "registered": [date(2026, 11, 1)] * 5,
    })  # fmt: skip
    assert register.mint(type="VIP", region="北京", registered="2026-11-01")[-5:] == "00001"
    codes = register.mint_column(rows)
    assert (codes.name, codes.to_list()) == ("code", [
        "V-BJ-20261101-00002", "V-SH-20261101-00001", "V-BJ-20261101-00003",
        "N-BJ-20261101-00001", "V-SH-20261101-00002",
    ])  # fmt: skip
    done = register.bind("V-BJ-20261101-00003", name="张伟")
    assert (done.customer.type, done.customer.region) == ("VIP", "北京")
    assert_accounted_for(register)


def test_days_may_be_texts_as_people_write_them(register: mintmark.Register) -> None:
    days = ["2026-11-01", "2026/11/1", "20261102"]
    rows = pl.DataFrame({"registered": days}).with_columns(
        type=pl.lit("VIP"), region=pl.lit("北京")
    )
    assert [code[-14:] for code in register.mint_column(rows)] == [
        "20261101-00001", "20261101-00002", "20261102-00001",
    ]  # fmt: skip


def test_each_row_is_numbered_by_its_own_rule(empty: mintmark.Register) -> None:
    empty.publish("K{seq:3}", name="usual")
    empty.publish("V{region}{seq:2}", name="vip", when={"type": "VIP"}, priority=1, tables=REGIONS)
    rows = pl.DataFrame(
        {"type": ["VIP", None, "VIP", "普通"], "region": ["北京", None, "上海", "北京"]}
    )
    assert empty.mint_column(rows).to_list() == ["VBJ01", "K001", "VSH01", "K002"]
    assert empty.resolve("K001").rule == "usual@1"
    assert empty.resolve("VSH01").rule == "vip@1"
    assert_accounted_for(empty)


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        ({"region": ["北京", "火星"]}, errors.UnknownValue),
        ({"region": ["北京", None]}, errors.MissingFact),
        ({"region": ["北京"], "colour": ["red"]}, errors.UnknownFact),
        ({"region": ["北京"] * 3 + ["上海"] * 10}, errors.SequenceFull),
    ],
)
def test_one_wrong_row_and_nothing_is_minted(
    empty: mintmark.Register, rows: dict[str, list[str]], refusal: type[Exception]
) -> None:
    empty.publish("{region}{seq:1}", tables=REGIONS)
    with pytest.raises(refusal):
        empty.mint_column(pl.DataFrame(rows))
    assert empty.status().codes == 0
    assert empty.mint_column(pl.DataFrame({"region": ["北京"] * 9})).to_list()[-1] == "BJ9"
    with pytest.raises(errors.SequenceFull) as full:
        empty.mint_column(pl.DataFrame({"region": ["北京"]}))
    assert (full.value.scope, full.value.left) == ("BJ#", 0)
    assert_accounted_for(empty)


def test_no_rows_are_no_codes(empty: mintmark.Register) -> None:
    empty.publish("{region}{seq:1}", tables=REGIONS)
    assert empty.mint_column(pl.DataFrame({"region": []})).to_list() == []
    assert empty.mint_column(pl.DataFrame()).to_list() == []


def test_a_rule_without_attributes_needs_no_columns(empty: mintmark.Register) -> None:
    empty.publish("K{seq:3}")
    assert empty.mint_column(pl.DataFrame(height=3)).to_list() == ["K001", "K002", "K003"]
    with pytest.raises(errors.UnknownFact):
        empty.mint_column(pl.DataFrame({"colour": ["red"]}))


def test_returned_numbers_come_first_and_codes_in_the_way_are_stepped_over(
    empty: mintmark.Register,
) -> None:
    empty.publish("{region}{seq:3}", tables=REGIONS, manual="allowed", unwanted=["8"])
    empty.mint_many(4, region="北京")
    empty.release("BJ002")
    empty.register(name="张伟", region="北京", code="BJ006")
    codes = empty.mint_column(pl.DataFrame({"region": ["北京"] * 4}))
    assert codes.to_list() == ["BJ002", "BJ005", "BJ007", "BJ009"]
    assert empty.numbers("BJ###").counts == {"held": 7, "bound": 1, "skipped": 1}
    assert_accounted_for(empty)


def test_values_with_commas_and_quotes_arrive_as_they_are(empty: mintmark.Register) -> None:
    odd = 'Süd, "Ost"\n\\.'
    empty.publish("{region}{seq:3}", tables={"region": {"SO": [odd]}})
    assert empty.mint_column(pl.DataFrame({"region": [odd] * 2})).to_list() == ["SO001", "SO002"]
    assert empty.bind("SO002", name="张伟").code == "SO002"


def test_random_and_check_characters_are_those_of_each_code(empty: mintmark.Register) -> None:
    empty.publish("{region}{random:4}{check:37-36}", tables=REGIONS)
    codes = empty.mint_column(pl.DataFrame({"region": ["北京", "上海"] * 500}))
    assert (codes.n_unique(), set(codes.str.slice(0, 2))) == (1000, {"BJ", "SH"})
    assert empty.resolve(codes[999]).rule == "main@1"
    assert_accounted_for(empty)


def test_a_shared_counter_spells_each_row_for_itself(empty: mintmark.Register) -> None:
    empty.publish("{region}{seq:3,per=none}", tables=REGIONS)
    codes = empty.mint_column(pl.DataFrame({"region": ["北京", "上海", "北京"]}))
    assert codes.to_list() == ["BJ001", "SH002", "BJ003"]


def test_twenty_thousand_rows_take_a_few_seconds(register: mintmark.Register) -> None:
    count = 20_000
    rows = pl.DataFrame({
        "type": ["VIP", "普通"] * (count // 2),
        "region": ["北京", "上海", "广州", "北京"] * (count // 4),
        "registered": [date(2026, 11, 1 + n % 20) for n in range(count)],
    })  # fmt: skip
    begin = monotonic()
    codes = register.mint_column(rows)
    assert monotonic() - begin < 5
    assert codes.n_unique() == count
    per_scope = pl.DataFrame({"scope": codes.str.head(14), "n": codes.str.tail(5).cast(pl.Int64)})
    ranks = per_scope.with_columns(rank=pl.int_range(1, pl.len() + 1).over("scope"))
    assert ranks.filter(pl.col("n") != pl.col("rank")).is_empty()
    assert_accounted_for(register)
