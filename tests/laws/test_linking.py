"""Laws of linking: what makes many records one customer, and what never does."""

from itertools import product
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from mintmark.match.linking import EVIDENCE, Linked, evidence_of, link
from mintmark.match.linking.slips import Slips

NAMES = st.sampled_from(
    ["张伟明", "章炜明", "Zhang Weiming", "李秀英", "李秀", "John Smith", "J. Smith", "大华机械厂"]
)
PHONES = st.sampled_from(["+8613875014587", "+8613875014578", "+8613612345678"])
EMAILS = st.sampled_from(["zwm@example.com", "jsmith@example.com", "jsmith@example.org"])
NUMBERS = st.sampled_from(["110101199003074610", "440305198805123327"])
ADDRESSES = st.sampled_from(["北京市人民路12号301室", "人民路12号301室", "上海市中山路8号"])
RECORDS = st.lists(
    st.tuples(
        NAMES,
        *(st.none() | facts for facts in (NAMES, PHONES, EMAILS, NUMBERS, ADDRESSES)),
    ),
    min_size=1,
    max_size=8,
)
FACTS = ("name", "former_name", "phone", "email", "id_number", "address")
UNHURRIED = settings(max_examples=25, deadline=None)
Told = list[tuple[str | None, ...]]


def frame(told: Told) -> pl.DataFrame:
    return pl.DataFrame(told, schema=dict.fromkeys(FACTS, pl.String), orient="row")


def known(told: Told) -> pl.DataFrame:
    return frame(told).with_columns(id=pl.int_range(pl.len()))


def joined(linked: Linked, told: Told) -> set[frozenset[tuple[str | None, ...]]]:
    """Give which records came together, by what they say."""
    found: dict[int, set[tuple[str | None, ...]]] = {}
    for row, cluster, _ in linked.clusters.rows():
        found.setdefault(cluster, set()).add(told[row])
    return {frozenset(cluster) for cluster in found.values()}


@given(st.lists(st.text("abé张", max_size=5) | st.text("ab", max_size=60), min_size=2, max_size=8))
def test_a_slip_is_a_slip_however_it_is_found(texts: list[str]) -> None:
    pairs = [(a, b) for a, b in product(range(len(texts)), repeat=2) if texts[a] != texts[b]]
    a, b = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    found = Slips(pl.Series(texts, dtype=pl.String))(a, b)
    assert found.tolist() == [OSA.distance(texts[x], texts[y]) <= 1 for x, y in pairs]


@UNHURRIED
@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_rows_decides_nothing(told: Told, dice: Random) -> None:
    turned = told.copy()
    dice.shuffle(turned)
    one, other = link(frame(told)), link(frame(turned))
    weighed = ["weight", "posterior", "zone", "evidence"]
    assert one.pairs.select(weighed).rows() == other.pairs.select(weighed).rows()
    assert joined(one, told) == joined(other, turned)


@UNHURRIED
@given(RECORDS, RECORDS)
def test_two_customers_of_the_register_are_never_made_one(told: Told, there: Told) -> None:
    linked = link(frame(told), known=known(there))
    assert linked.clusters["row"].to_list() == list(range(len(told)))
    for found in (linked.clusters, linked.clusters_at(0.1)):
        codes = found.group_by("cluster").agg(pl.col("known").drop_nulls().n_unique())
        assert codes["known"].max() in (0, 1)


@UNHURRIED
@given(RECORDS, RECORDS)
def test_what_is_sure_has_a_strong_identifier_and_nothing_against_it(
    told: Told, there: Told
) -> None:
    sure = link(frame(told), known=known(there)).pairs.filter(pl.col("zone") == "sure")
    for mask, posterior in sure.select("evidence", "posterior").rows():
        said = set(evidence_of(mask))
        assert posterior >= 0.999
        assert said & {"same-phone", "same-email", "same-id-number"}
        assert not said & {"other-name", "other-id-number"}


@UNHURRIED
@given(RECORDS)
def test_one_customer_has_one_id_number(told: Told) -> None:
    found = link(frame(told)).clusters.with_columns(number=frame(told)["id_number"])
    assert found.group_by("cluster").agg(pl.col("number").drop_nulls().n_unique())[
        "number"
    ].max() in (0, 1)


@UNHURRIED
@given(RECORDS)
def test_the_more_customers_there_are_the_less_an_agreement_says(told: Told) -> None:
    said = frame(told).drop("id_number", "phone", "email")
    few = link(said, population=1_000).pairs
    many = link(said, population=1_000_000).pairs
    likely = dict(zip(few.select("left", "right").rows(), few["posterior"], strict=True))
    for left, right, posterior in many.select("left", "right", "posterior").rows():
        assert posterior <= likely.get((left, right), 0.0) + 1e-9


def test_a_household_with_one_phone_is_not_one_customer() -> None:
    household: Told = [
        (name, None, "+8613875014587", None, None, None) for name in ("张伟", "李秀英")
    ]
    assert link(frame(household)).pairs.is_empty()


def test_a_chain_does_not_join_two_id_numbers() -> None:
    one, other = "110101199003074610", "440305198805123327"
    chain: Told = [
        ("张伟明", None, "+8613875014587", "zwm@example.com", one, None),
        ("张伟明", None, "+8613875014587", "zwm@example.com", None, None),
        ("张伟明", None, "+8613875014587", "zwm@example.com", other, None),
    ]
    clusters = link(frame(chain), population=100_000).clusters["cluster"].to_list()
    assert clusters[0] != clusters[2]
    assert len(set(clusters)) == 2


def test_a_file_row_finds_the_customer_who_is_known_already() -> None:
    told: Told = [("Zhang Weiming", None, "+8613875014587", "zwm@example.com", None, None)]
    there: Told = [
        ("李秀英", None, "+8613612345678", None, None, None),
        ("张伟明", None, "+8613875014587", "zwm@example.com", None, None),
    ]
    linked = link(frame(told), known=known(there))
    assert linked.clusters.rows() == [(0, 0, 1)]
    assert linked.pairs["side"].to_list() == ["known"]


@pytest.mark.parametrize("told", [[], [("张伟明", None, None, None, None, None)]])
def test_nothing_and_nobody_else_is_no_pair(told: Told) -> None:
    linked = link(frame(told))
    assert linked.pairs.is_empty()
    assert len(linked.clusters) == len(told)


def test_each_bit_of_evidence_is_a_slug_of_its_own() -> None:
    assert evidence_of((1 << len(EVIDENCE)) - 1) == EVIDENCE
    assert len(set(EVIDENCE)) == len(EVIDENCE) < 32
