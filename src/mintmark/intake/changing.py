"""What a plan would change of customers who are known."""

import polars as pl

from mintmark.intake.deciding import CHANGED, FATE, Decided
from mintmark.registry.turns import CUSTOMER, FACTS, ROW


def changes_of(decided: Decided) -> pl.DataFrame:
    """Tell what known customers would get: `row`, `code`, `fact`, `before` and `after` as texts."""
    rows = decided.table.filter(pl.col(FATE) == CHANGED)
    facts = [name for name in rows.select(FACTS).columns if name in decided.known.columns]
    texts = [pl.col(name).cast(pl.String) for name in facts]
    after = rows.select(pl.col(ROW).alias("row"), pl.col(CUSTOMER).alias("id"), *texts)
    after = after.unpivot(facts, index=["row", "id"], variable_name="fact", value_name="after")
    before = decided.known.select("id", "code", *texts)
    before = before.unpivot(facts, index=["id", "code"], variable_name="fact", value_name="before")
    both = after.drop_nulls("after").join(before, on=["id", "fact"], maintain_order="left")
    changed = both.filter(pl.col("after").ne_missing(pl.col("before")))
    return changed.select("row", "code", "fact", "before", "after").sort("row", maintain_order=True)
