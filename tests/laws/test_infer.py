"""Laws of learning rules: what was planted in a list is found again, noise and mixtures or not."""

import random
import re
import string
from collections.abc import Callable, Sequence
from datetime import timedelta

import polars as pl
import pytest
from tests.planted import (
    GIVEN,
    NAMES,
    PLANTED,
    REGIONS,
    SHOPS,
    TABLES,
    TYPES,
    WARDS,
    Customer,
    Planted,
    codes_of,
    noisy,
    spell,
)

from mintmark.rule.infer import Family, infer
from mintmark.text import canonical


def _same_rule(family: Family, plan: Planted) -> bool:
    return family.rule in (plan.rule, *plan.also)


@pytest.mark.parametrize("plan", PLANTED, ids=lambda plan: plan.rule)
def test_a_planted_rule_is_found_again_in_a_noisy_list(plan: Planted) -> None:
    codes, _ = codes_of(plan)
    typed, wrong = noisy(codes, 0.05)
    found = infer(typed)
    family = found.families[0]
    assert _same_rule(family, plan), [family.rule for family in found.families]
    assert _tables(family) == _planted_tables(family, plan)
    assert family.check == plan.check
    assert abs(family.count - (len(codes) - len(wrong))) <= 0.01 * len(codes)
    assert {typed[at] for at in wrong} <= set(found.outliers)
    assert family.confidence > 0.5


@pytest.mark.parametrize("plan", PLANTED[::3], ids=lambda plan: plan.rule)
def test_single_wrong_characters_do_not_change_the_rule(plan: Planted) -> None:
    dice = random.Random(2)  # noqa: S311
    typed = [_wrong(code, dice) if dice.random() < 0.05 else code for code in codes_of(plan)[0]]
    family = infer(typed).families[0]
    assert _same_rule(family, plan), family.rule
    assert _tables(family) == _planted_tables(family, plan)


@pytest.mark.parametrize("plan", PLANTED[1::3], ids=lambda plan: plan.rule)
def test_the_order_of_a_list_does_not_matter(plan: Planted) -> None:
    codes = list(codes_of(plan)[0])
    random.Random(3).shuffle(codes)  # noqa: S311
    assert _same_rule(infer(codes).families[0], plan)


MIXTURES = (
    (0, 2, 3), (1, 4, 11), (5, 6, 10), (7, 12, 15),
    (8, 13, 16), (14, 17, 22), (18, 25, 2), (20, 21, 27),
)  # fmt: skip


@pytest.mark.parametrize("places", MIXTURES, ids=str)
def test_three_mixed_rules_are_told_apart(places: tuple[int, int, int]) -> None:
    plans = [PLANTED[place] for place in places]
    parts = [codes_of(plan)[0][:count] for plan, count in zip(plans, (2000, 900, 300), strict=True)]
    together = [code for part in parts for code in part]
    random.Random(4).shuffle(together)  # noqa: S311
    typed, wrong = noisy(together, 0.05)
    found = infer(typed)
    assert len(found.families) == len(plans), [family.rule for family in found.families]
    for plan, part in zip(plans, parts, strict=True):
        family = next(family for family in found.families if _same_rule(family, plan))
        assert abs(family.coverage - 0.95 * len(part) / len(typed)) <= 0.015
        assert _tables(family) == _planted_tables(family, plan)
    assert {typed[at] for at in wrong} <= set(found.outliers)


def _attributes(customers: Sequence[Customer]) -> pl.DataFrame:
    """Give the customers as a sheet would have them."""
    dice = random.Random(6)  # noqa: S311
    forms = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日")
    return pl.DataFrame({
        "序号": range(len(customers)),
        "客户名称": [customer.name for customer in customers],
        "客户类型": [TYPES[customer.values["type"]] for customer in customers],
        "城市": [
            REGIONS[customer.values["region"]] + dice.choice(["", "市"]) for customer in customers
        ],
        "门店（必填）": [SHOPS[customer.values["shop"]] for customer in customers],
        "科室": [WARDS[customer.values["ward"]] for customer in customers],
        "注册日期": [customer.day.strftime(dice.choice(forms)) for customer in customers],
        "合同日期": [str(one.day + timedelta(dice.randrange(9, 90))) for one in customers],
        "业务员": [dice.choice("甲乙丙丁") for _ in customers],
    })  # fmt: skip


WITH_ATTRIBUTES = (
    (PLANTED[0], PLANTED[0].rule),
    (PLANTED[11], "{branch}{registered:YYYY}{seq:4}"),
    (PLANTED[16], "{registered:YYMMDD}-{科室}-{seq:3}"),
    (Planted("", ("code=type", "code=region", "date=YYMM", "seq:4")),
        "{type}{region}{registered:YYMM}{seq:4}"),
    (Planted("", ("initials", "-", "code=region", "-", "seq:5")),
        "{initials(name):2}-{region}-{seq:5}"),
    (Planted("", ("code=shop", "date=DDMMYY", "seq:3")), "{branch}{registered:DDMMYY}{seq:3}"),
)  # fmt: skip


@pytest.mark.parametrize(("plan", "rule"), WITH_ATTRIBUTES, ids=lambda case: str(case)[:60])
def test_columns_give_names_and_meanings(plan: Planted, rule: str) -> None:
    codes, customers = spell(plan, 1500, seed=2)
    typed, _ = noisy(codes, 0.05)
    family = infer(typed, _attributes(customers)).families[0]
    assert family.rule == rule
    meant = {"type": TYPES, "branch": SHOPS, "科室": WARDS}
    for name, table in family.tables.items():
        told = {code: set(spellings) for code, spellings in table.items()}
        if name == "region":
            assert told == {code: {city, f"{city}市"} for code, city in REGIONS.items()}
        else:
            assert told == {code: {meaning} for code, meaning in meant[name].items()}


def test_a_date_of_another_column_has_its_name() -> None:
    codes, customers = spell(Planted("", ("HT", "date=YYYYMM", "-", "seq:4")), 800)
    sheet = pl.DataFrame({
        "注册日期": [customer.day - timedelta(400) for customer in customers],
        "合同日期": [customer.day for customer in customers],
    })  # fmt: skip
    assert infer(codes, sheet).families[0].rule == "HT{contract:YYYYMM}-{seq:4}"


@pytest.mark.parametrize("plan", PLANTED[::2], ids=lambda plan: plan.rule)
def test_a_rule_spells_all_codes_that_it_counts(plan: Planted) -> None:
    typed, _ = noisy(codes_of(plan)[0], 0.05, seed=9)
    family = infer(typed).families[0]
    expression = _expression(family)
    spelt = [code for code in typed if expression.fullmatch(canonical(code))]
    if family.check is None:
        assert len(spelt) == family.count
    else:
        assert len(spelt) >= family.count
    assert all(expression.fullmatch(canonical(code)) for code in family.examples)


def _expression(family: Family) -> re.Pattern[str]:
    """Read the rule on our own."""
    pieces = []
    for literal, inside in re.findall(r"([^{}]+)|\{([^{}]*)\}", family.rule):
        name, _, form = inside.partition(":")
        if literal:
            pieces.append(re.escape(canonical(literal)))
        elif name in family.tables:
            pieces.append(f"(?:{'|'.join(map(re.escape, family.tables[name]))})")
        elif name in ("seq", "random"):
            pieces.append(_of_number(*form.split(",")))
        elif name == "check":
            pieces.append({"97-10": r"\d\d", "37-36": "[0-9A-Z]"}.get(form.split(",")[0], r"\d"))
        else:
            pieces.append(_of_date(form))
    return re.compile("".join(pieces))


def _of_number(width: str, *options: str) -> str:
    if not width.isdigit():
        return width.replace("A", "[A-Z]").replace("0", r"\d")
    own = next((option[9:] for option in options if option.startswith("alphabet=")), "decimal")
    some = {"hex": "[0-9A-F]", "base36": "[0-9A-Z]", "crockford": "[0-9A-HJKMNP-TV-Z]"}.get(
        own, r"\d"
    )
    return (
        rf"(?:\d{{{width}}}|[1-9]\d{{{width},9}})" if "widen" in options else f"{some}{{{width}}}"
    )


def _of_date(form: str) -> str:
    known = {
        "FYY": r"\d\d", "YYYY": r"(?:19|20)\d\d", "GGGG": r"(?:19|20)\d\d", "YY": r"\d\d",
        "MM": "(?:0[1-9]|1[0-2])", "DDD": "[0-3]\\d\\d", "DD": r"(?:[012]\d|3[01])",
        "WW": r"[0-5]\d", "Q": "[1-4]",
    }  # fmt: skip
    return re.sub("|".join(known), lambda token: known[token[0]], form)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10])
def test_of_few_codes_little_is_claimed(count: int) -> None:
    codes = codes_of(PLANTED[0])[0][:count]
    found = infer(codes)
    assert found.codes == found.distinct == count
    assert sum(family.count for family in found.families) + found.outlier_count == count
    assert all(family.confidence <= 0.6 for family in found.families)


def test_a_list_without_codes_has_no_families() -> None:
    assert infer(["", "  ", "--"]).families == ()
    assert infer(pl.Series([None, None], dtype=pl.String)).codes == 0


@pytest.mark.parametrize("kind", ["words", "sentences", "lengths", "names"])
def test_garbage_has_no_rule_that_is_sure_of_itself(kind: str) -> None:
    dice = random.Random(8)  # noqa: S311
    letters = string.ascii_lowercase
    make: dict[str, Callable[[], str]] = {
        "words": lambda: "".join(dice.choices(letters, k=dice.randrange(3, 12))),
        "sentences": lambda: " ".join(dice.choices(["see", "new", "client", "of", "A"], k=5)),
        "lengths": lambda: "".join(dice.choices(f"{letters}0123-/ ", k=dice.randrange(2, 25))),
        "names": lambda: "".join(dice.choices([*NAMES, *GIVEN], k=dice.choice([2, 3]))),
    }  # fmt: skip
    found = infer([make[kind]() for _ in range(500)])
    assert all(family.confidence < 0.3 for family in found.families), found.families


def test_the_same_code_in_another_style_is_a_duplicate_and_no_outlier() -> None:
    codes = [f"KH-{n:05}" for n in range(1, 200)]
    found = infer([*codes, "kh00007", " ＫＨ－００００８ ", "KH 00009"])
    assert (found.codes, found.distinct, found.outlier_count) == (202, 199, 0)
    assert found.families[0].count == 202
    assert found.duplicates == ("KH-00007", "KH-00008", "KH-00009")


def test_codes_with_a_wrong_check_are_outliers() -> None:
    codes = list(codes_of(PLANTED[21])[0])
    wrong = codes[7][:-1] + str((int(codes[7][-1]) + 1) % 10)
    assert infer([*codes, wrong]).outliers == (wrong,)


def test_a_family_says_from_when_to_when_its_codes_are() -> None:
    codes, customers = codes_of(PLANTED[0])
    family = infer(codes).families[0]
    assert (family.earliest, family.latest) == (customers[0].day, customers[-1].day)


def _tables(family: Family) -> dict[str, set[str]]:
    return {name: set(table) for name, table in family.tables.items()}


def _planted_tables(family: Family, plan: Planted) -> dict[str, set[str]]:
    return {
        (name if name in family.tables else "part1"): set(TABLES[table])
        for name, table in plan.tables.items()
    }


def _wrong(code: str, dice: random.Random) -> str:
    """Type one character wrong, leave one out or type one twice."""
    at = dice.randrange(len(code))
    another = dice.choice(string.ascii_uppercase + string.digits)
    return dice.choice([
        code[:at] + another + code[at + 1 :], code.replace("0", "O", 1), code[:at] + code[at + 1 :],
        code[:at] + code[at] + code[at:],
    ])  # fmt: skip
