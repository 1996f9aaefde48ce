"""How often linking is right, on made-up people damaged as people damage them."""

import polars as pl
import pytest
from benchmarks.linked_people import linked_people

from mintmark.match.linking import Linked, link

COUNT = 8_000


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    return linked_people(COUNT, seed=20231001)


@pytest.fixture(scope="module")
def linked(people: pl.DataFrame) -> Linked:
    return link(people.drop("entity_id", "damage"))


def right(clusters: pl.Series, truth: pl.Series) -> tuple[float, float]:
    """Precision and recall of the pairs within clusters."""
    both = pl.DataFrame({"cluster": clusters, "truth": truth})
    true = pairs(both.group_by("cluster", "truth").len()["len"])
    return true / pairs(clusters.value_counts()["count"]), true / pairs(
        truth.value_counts()["count"]
    )


def pairs(sizes: pl.Series) -> int:
    each = sizes.cast(pl.Int64)
    return int((each * (each - 1) // 2).sum())


def test_who_is_surely_one_customer_is_one(people: pl.DataFrame, linked: Linked) -> None:
    precision, recall = right(linked.clusters["cluster"], people["entity_id"])
    assert precision >= 0.9995
    assert recall >= 0.45


def test_with_what_is_to_be_reviewed_nearly_all_are_found(
    people: pl.DataFrame, linked: Linked
) -> None:
    precision, recall = right(linked.clusters_at(0.5)["cluster"], people["entity_id"])
    assert precision >= 0.95
    assert recall >= 0.92


def test_a_posterior_is_how_often_one_is_right(people: pl.DataFrame, linked: Linked) -> None:
    truth = people["entity_id"]
    true = truth.gather(linked.pairs["left"]) == truth.gather(linked.pairs["right"])
    assert true.sum() == pytest.approx(linked.pairs["posterior"].sum(), rel=0.05)


def test_what_is_known_already_is_found_in_the_register(people: pl.DataFrame) -> None:
    told = people.drop("entity_id", "damage")
    known, file = told[: COUNT // 2].with_row_index("id"), told[COUNT // 2 :]
    linked = link(file, known=known)
    truth = people["entity_id"]
    found = linked.clusters.filter(pl.col("known").is_not_null())
    meant, really = truth.gather(found["known"]), truth.gather(found["row"] + COUNT // 2)
    assert len(found) > COUNT // 20
    assert (meant == really).mean() >= 0.999  # type: ignore[operator]


def test_who_is_in_the_register_twice_stays_two(people: pl.DataFrame) -> None:
    twice = people.drop("entity_id", "damage")[:500]
    known = pl.concat([twice, twice]).with_row_index("id")
    linked = link(twice, known=known)
    assert linked.clusters["known"].is_not_null().mean() > 0.5  # type: ignore[operator]
    assert linked.clusters.group_by("cluster").agg(pl.col("known").n_unique())["known"].max() == 1
