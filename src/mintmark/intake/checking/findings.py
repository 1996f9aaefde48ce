"""What is wrong, doubtful or mended in which cell: one frame, and each distinct reason once.

>>> from mintmark.errors import MissingFact
>>> findings = Findings()
>>> findings.add(ERROR, "B", pl.Series([7, 3]), MissingFact(fact="name"))
>>> findings.frame().rows()
[(3, 'B', 'error', 0, None), (7, 'B', 'error', 0, None)]
"""

import polars as pl

from mintmark.errors import Refusal

ERROR, WARNING, MENDED = "error", "warning", "mended"
SCHEMA = pl.Schema(
    {"row": pl.UInt32, "column": pl.String, "severity": pl.String, "reason": pl.UInt32,
     "value": pl.String}
)  # fmt: skip


class Findings:
    """Findings as they are made; `reasons` is what their numbers stand for."""

    def __init__(self) -> None:
        self.reasons: list[Refusal] = []
        self._numbers: dict[str, int] = {}
        self._frames: list[pl.DataFrame] = []

    def number(self, reason: Refusal) -> int:
        """Give the number of a reason; the same again has the same."""
        # Hidden facts tell two reasons apart, too; and so what is compared is not what is shown.
        said = f"{reason.slug} {reason.facts()!r}"
        number = self._numbers.setdefault(said, len(self.reasons))
        if number == len(self.reasons):
            self.reasons.append(reason)
        return number

    def add(
        self,
        severity: str,
        column: str | None,
        rows: pl.Series,
        reason: Refusal | pl.Series,
        values: pl.Series | None = None,
    ) -> None:
        """Note a finding in each of these rows; reasons may be given by their numbers."""
        if not len(rows):
            return
        numbers = reason if isinstance(reason, pl.Series) else self.number(reason)
        found = (rows, column, severity, numbers, values)
        columns = zip(SCHEMA.items(), found, strict=True)
        self._frames.append(pl.select(pl.lit(one).cast(kind).alias(name)
                                      for (name, kind), one in columns))  # fmt: skip

    def wrong(self) -> pl.Series:
        """Give the rows with an error."""
        rows = [one["row"] for one in self._frames if one["severity"][0] == ERROR]
        return pl.concat(rows).unique() if rows else pl.Series("row", [], pl.UInt32)

    def frame(self) -> pl.DataFrame:
        """Give all findings in the order of the rows, and of the columns in each."""
        every = pl.concat(self._frames) if self._frames else pl.DataFrame(schema=SCHEMA)
        place = (pl.col("column").str.len_bytes(), pl.col("column"))
        return every.sort("row", *place, nulls_last=True, maintain_order=True)
