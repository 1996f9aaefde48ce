"""What ours is compared with: Splink 5 on DuckDB, set up by hand for these columns."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

_LEAST = 0.5
_TRAINED_BY = ("heard", "phone", "email")


def linked_by_splink(records: pl.DataFrame) -> Callable[[float], pl.Series]:
    """Give what gives each record's cluster at a threshold; they have `unique_id` and `heard`."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    told = records.with_columns(tail=pl.col("phone").str.tail(8), head=pl.col("phone").str.head(10))
    linker = Linker(DuckDBAPI().register(told.to_arrow()), _settings(records.columns))
    training = linker.training
    sure: list[Any] = [block_on("heard", "phone"), block_on("heard", "email")]
    training.estimate_probability_two_random_records_match(sure, recall=0.7)
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for fact in _TRAINED_BY:
        training.estimate_parameters_using_expectation_maximisation(block_on(fact))
    found = linker.inference.predict(threshold_match_probability=_LEAST)
    return partial(_clusters, linker, found)


def _settings(columns: list[str]) -> SettingsCreator:
    comparisons: list[Any] = [
        cl.JaroWinklerAtThresholds("heard", [0.95, 0.88, 0.8]).configure(
            term_frequency_adjustments=True
        ),
        cl.DamerauLevenshteinAtThresholds("phone", [1]).configure(term_frequency_adjustments=True),
        cl.ExactMatch("email").configure(term_frequency_adjustments=True),
    ]
    more = {
        "id_number": cl.DamerauLevenshteinAtThresholds("id_number", [1]),
        "born": cl.DamerauLevenshteinAtThresholds("born", [1]),
        "address": cl.JaroWinklerAtThresholds("address", [0.95, 0.88]),
        "region": cl.ExactMatch("region").configure(term_frequency_adjustments=True),
    }
    blocks: list[Any] = [block_on(fact) for fact in ("phone", "email")]
    blocks += [
        block_on("heard", with_)
        for with_ in ("region", "head", "tail")
        if with_ in {"head", "tail", *columns}
    ]
    blocks += [block_on(fact) for fact in ("id_number", "address") if fact in columns]
    blocks += [block_on("heard", "born")] if "born" in columns else []
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons + [made for fact, made in more.items() if fact in columns],
        blocking_rules_to_generate_predictions=blocks,
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )


def _clusters(linker: Linker, found: Any, at: float) -> pl.Series:
    made = linker.clustering.cluster_pairwise_predictions_at_threshold(
        found, threshold_match_probability=at
    )
    table = made.as_duckdbpyrelation().select("unique_id, cluster_id").pl()
    clusters: pl.Series = table.sort("unique_id")["cluster_id"]
    return clusters
