"""The example workbook against its answers: what each row deserves.

`examples/customers.answers.csv` lays 28 rows to a wrong check digit that is right: by GB 11643 the
ID number 110101199003070011, which all of them bear, is valid. It is one number under 28 names, and
that is what Mintmark refuses.
"""

import csv
import tomllib

import pytest
from tests.conftest import EXAMPLES

import mintmark
from mintmark.intake import Report, plan
from mintmark.rule import Rule

SLUGS = {
    "date_impossible": "impossible-date",
    "date_future": "date-out-of-range",
    "id_check": "id-number-taken",
    "name_missing": "missing-fact",
    "phone_rounded": "rounded-number",
    "phone_short": "wrong-phone",
    "region_unknown": "unknown-value",
    "type_unknown": "unknown-value",
}
Answers = dict[int, dict[str, str]]


@pytest.fixture
def answers() -> Answers:
    """What each row deserves, by the spreadsheet's row number."""
    with (EXAMPLES / "customers.answers.csv").open(encoding="utf-8-sig") as file:
        return {int(row["序号"]) + 2: row for row in csv.DictReader(file)}


@pytest.fixture
def report(empty: mintmark.Register) -> Report:
    rule = tomllib.loads((EXAMPLES / "rule.toml").read_text(encoding="utf-8"))
    empty.publish(Rule.of(rule))
    applying = plan(empty, EXAMPLES / "customers.xlsx").apply()
    list(applying)
    return applying.report


def test_every_row_gets_what_it_deserves(report: Report, answers: Answers) -> None:
    assert report.results.height == 10_000
    coded = {outcome.row: registered for outcome, registered in report.registered()}
    refused = {o.row: o.problems[0].refusal.slug for o in report.refused()}

    # What deserves refusal is refused, for the right reason.
    for row, answer in answers.items():
        if answer["verdict"] == "refuse" and row not in coded:
            assert refused[row] == SLUGS[answer["why"]]
    let_through = [answers[row]["why"] for row in coded if answers[row]["verdict"] == "refuse"]
    assert let_through == ["id_check"]  # the first bearer of that number

    # What does not is not; damaged duplicates whose ID number really is wrong are.
    wrongly = {row: slug for row, slug in refused.items() if answers[row]["verdict"] != "refuse"}
    assert {answers[row]["verdict"] for row in wrongly} == {"duplicate"}
    assert set(wrongly.values()) == {"wrong-check-digit"}

    # Nobody gets the code of somebody else.
    entity = {code: set() for code in {r.code for r in coded.values()}}  # type: dict[str, set[str]]
    for row, registered in coded.items():
        entity[registered.code].add(answers[row]["entity_id"])
    assert all(len(entities) == 1 for entities in entity.values())

    # Who is called a likely duplicate is one.
    likely = [(row, alike.code) for row, r in coded.items() for alike in r.alike]
    true = sum(answers[row]["entity_id"] in entity[code] for row, code in likely)
    assert len(likely) > 100
    assert true / len(likely) > 0.9
