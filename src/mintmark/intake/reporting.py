"""What became of every row of a sheet: of the checks, of decisions, of the register together."""

import polars as pl

from mintmark.errors import IdNumberTaken, LikelyDuplicate, Refusal
from mintmark.intake.checking import ERROR, Checked
from mintmark.intake.deciding import ASKED, CHANGED, CLASH, ENTERED, FATE, KNOWN, NEW, Decided
from mintmark.intake.entering import Entered
from mintmark.intake.headings import Table
from mintmark.intake.opened import Opened
from mintmark.intake.report import REFUSED, RESULTS, Report
from mintmark.match.linking import evidence_of
from mintmark.registry.turns import CUSTOMER, FACTS, LEADER, ROW

_CODED = (NEW, KNOWN, CHANGED)
_SAME = ("same-customer",)  # evidence, where a person decides about who is surely the same
_NOBODY = "—"  # shown for the code of somebody who has none


def reported(source: Opened, decided: Decided, entered: Entered, sealed: frozenset[str]) -> Report:
    """Give the report; `sealed`: declared fields about people."""
    checked, table = source.checked, source.table
    alike = _alike(decided, entered)
    told = _told(decided, entered, alike, table)
    results = _results(checked, decided, entered)
    late = pl.DataFrame(
        [(row, letter, ERROR, len(checked.reasons) + at, value)
         for at, (row, letter, _, value) in enumerate(told)],
        checked.findings.schema, orient="row",
    )  # fmt: skip
    facts = decided.table.select(pl.col(ROW).alias("row"), FACTS)
    return Report(
        file=source.file, sheet=source.sheet.name, table=table, kept=source.sheet,
        results=results, facts=facts,
        findings=pl.concat([checked.findings, late]).sort("row", maintain_order=True),
        reasons=(*checked.reasons, *(refusal for _, _, refusal, _ in told)),
        alike=alike.select("row", "code", "evidence"), sealed=sealed,
        waiting=len(entered.waiting), given=source.frame,
        program=source.program, profile=source.profile,
    )  # fmt: skip


def _results(checked: Checked, decided: Decided, entered: Entered) -> pl.DataFrame:
    """Give `row`, `result`, `code` and `first` of each row."""
    fates = decided.table.select(pl.col(ROW).alias("row"), FATE).with_row_index("place")
    rows = fates.join(entered.codes, on="place", how="left", maintain_order="left")
    rows = rows.filter(~rows["place"].is_in(list(entered.waiting)))
    lost = rows["place"].is_in(list(entered.refused))
    result = (
        pl.when(pl.lit(lost) | (pl.col(FATE) == CLASH)).then(pl.lit(REFUSED))
        .when(pl.col(FATE) == ASKED).then(pl.lit(ASKED))
        .when("new").then(pl.lit(NEW))
        .when(pl.col(FATE).is_in([CHANGED, ENTERED])).then(pl.lit(CHANGED))
        .otherwise(pl.lit(KNOWN))
    )  # fmt: skip
    found = rows.select("row", result.cast(RESULTS).alias("result"), "code")
    without = pl.col("result").is_in([REFUSED, ASKED])
    found = found.with_columns(code=pl.when(~without).then("code"))
    found = _led(found)
    errors = checked.findings.filter(pl.col("severity") == ERROR).select("row").unique()
    wrong = errors.with_columns(
        result=pl.lit(REFUSED, RESULTS), code=pl.lit(None, pl.String), first=pl.lit(None, pl.UInt32)
    )
    return found.merge_sorted(wrong.sort("row"), key="row")


def _led(rows: pl.DataFrame) -> pl.DataFrame:
    """Add which row was the `first` with the code of a later one."""
    shared = rows.filter(pl.col("code").is_not_null() & pl.col("code").is_duplicated())
    first = shared.select("row", first=pl.col("row").first().over("code"))
    later = first.filter(pl.col("first") != pl.col("row"))
    return rows.join(later, on="row", how="left", maintain_order="left")


def _alike(decided: Decided, entered: Entered) -> pl.DataFrame:
    """Give whom rows resemble, by `row` and the `code` of whom."""
    rows = decided.table.select(pl.col(ROW).alias("row")).with_row_index("place")
    of_rows = entered.codes.select(other="place", of_row="code")
    of_known = decided.known.select(customer="id", of_known="code")
    return (
        decided.alike.join(rows, on="place", maintain_order="left")
        .join(of_rows, on="other", how="left", maintain_order="left")
        .join(of_known, on="customer", how="left", maintain_order="left")
        .with_columns(code=pl.coalesce("of_row", "of_known", pl.lit("")))
    )


Told = tuple[int, str | None, Refusal, str | None]


def _told(decided: Decided, entered: Entered, alike: pl.DataFrame, table: Table) -> list[Told]:
    """Give the rows that were refused after the checks: row, column, refusal, value."""
    letters = {column.fact: column.letter for column in reversed(table.columns)}
    rows = decided.table[ROW]
    numbers = _holders(decided, entered)
    late = [(rows[at], _named(why, numbers)) for at, why in sorted(entered.refused.items())]
    told: list[Told] = [(row, None, why, None) for row, why in late]
    likely = alike.unique("row", keep="first", maintain_order=True)
    kept = decided.table.with_row_index("place").filter(pl.col(FATE).is_in([ASKED, CLASH]))
    codes = entered.codes.select("place", "code")
    whose = decided.known.select(pl.col("id").alias(CUSTOMER), pl.col("code").alias("standing"))
    kept = (
        kept.join(likely.select("place", "code", "evidence"), on="place", how="left")
        .join(codes.rename({"place": LEADER, "code": "led"}), on=LEADER, how="left")
        .join(whose, on=CUSTOMER, how="left")
        .sort("place")
    )
    for row in kept.iter_rows(named=True):
        if row[FATE] == CLASH:
            number = row["id_number"]
            refusal: Refusal = IdNumberTaken(
                value=number or "", code=numbers.get(number) or _NOBODY
            )
            told.append((row[ROW], letters.get("id_number"), refusal, number))
            continue
        code = row["standing"] or row["led"] or row["code"] or _NOBODY
        evidence = _SAME if row["evidence"] is None else evidence_of(row["evidence"])
        told.append((row[ROW], None, LikelyDuplicate(code=code, evidence=evidence), None))
    return told


def _holders(decided: Decided, entered: Entered) -> dict[str, str]:
    """Give the codes of those who have the ID numbers that others claim."""
    if "id_number" not in decided.table.columns:
        return {}
    rows = decided.table.with_row_index("place")
    claimed = rows.filter(pl.col(FATE) == CLASH)["id_number"].to_list()
    claimed += [one.value for one in entered.refused.values() if isinstance(one, IdNumberTaken)]
    wanted = pl.Series(claimed, dtype=pl.String).unique().implode()
    there = (pl.col(FATE) != CLASH) & ~pl.col("place").is_in(list(entered.refused))
    of_rows = rows.filter(pl.col("id_number").is_in(wanted) & there)
    found = of_rows.select("place", "id_number").join(entered.codes, on="place")
    known = decided.known.filter(pl.col("id_number").is_in(wanted))
    pairs = [
        *found.select("id_number", "code").iter_rows(),
        *known.select("id_number", "code").iter_rows(),
    ]
    return {number: code for number, code in reversed(pairs) if code}


def _named(refusal: Refusal, numbers: dict[str, str]) -> Refusal:
    """Say whose an ID number is, where it was claimed by somebody who came too late for it."""
    if not isinstance(refusal, IdNumberTaken) or refusal.code:
        return refusal
    return IdNumberTaken(value=refusal.value, code=numbers.get(refusal.value) or _NOBODY)
