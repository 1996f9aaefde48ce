"""What people type who know other products' manuals: understood, or refused with a way out."""

import pytest

from mintmark.errors import Refusal, RuleSyntax, UnknownAttribute
from mintmark.rule import define
from mintmark.rule.grammar import read, write
from mintmark.rule.mask import expand

# A mask as it is drawn, and what it says.
MASKS = [
    ("KHYYMM0000", "KH{registered:YYMM}{seq:4}"),
    ("KH-YYYY-MM-0000", "KH-{registered:YYYY-MM}-{seq:4}"),
    ("KH-YYYY-MM-DD-0000", "KH-{registered:YYYY-MM-DD}-{seq:4}"),
    ("yyyyMMdd####", "{registered:YYYYMMDD}{seq:4}"),
    ("DD.MM.YYYY-000", "{registered:DD.MM.YYYY}-{seq:3}"),
    ("DDMMYY0000", "{registered:DDMMYY}{seq:4}"),
    ("MM/YY-000", "{registered:MM/YY}-{seq:3}"),
    ("YYQ000", "{registered:YYQ}{seq:3}"),
    ("YYDDD-000", "{registered:YYDDD}-{seq:3}"),
    ("GGGGWW-000", "{registered:GGGGWW}-{seq:3}"),
    ("AAYYYY0000", "{region:2}{registered:YYYY}{seq:4}"),
    ("YYAA0000", "{registered:YY}{region:2}{seq:4}"),
    ("AA-TT-0000", "{region:2}-{type:2}-{seq:4}"),
    ("2026-0000", "2026-{seq:4}"),
    ("A1####", "A1{seq:4}"),
    ("STAFF-0000", "STAFF-{seq:4}"),
    ("EGG-0000", "EGG-{seq:4}"),
]

# Understood, though typed in another way.
UNDERSTOOD = [
    ("｛type｝-{seq:5}", "{type}-{seq:5}"),
    ("｛type｝－｛seq：５，reset＝never｝", "{type}－{seq:5,reset=never}"),
    ("{ seq : 5 }", "{seq:5}"),
    ("{SEQ:5}", "{seq:5}"),
    ("{registered:yyyyMMdd}{seq:5}", "{registered:YYYYMMDD}{seq:5}"),
    ("{seq:05}", "{seq:5}"),
    ("{seq:00000}", "{seq:5}"),
]

# Not to be taken for text that stands for itself: it would be minted.
NEVER_TAKEN = [
    "K-00001", "VIP-0001", "V-BJ-20231001-00001", "KH2026", "100%", "C%(year)s/%(seq)05d",
    "{type}-#####", "[type]-[seq:5]", "<type>-<seq:5>", "{YYYY}{MM}-{seq:5}", "{0000}",
    "A-{YYYY}{MM}{DD}-{0000}", "{yy}{mm}-{0000}", "{编号:5}", "{类型}-{地区}-{seq:5}",
    "{SEQNUM:5}", "{DATETIMEUTC:yyyyMMdd}-{SEQNUM:4}", "CAR-{SEQNUM:3}-{RANDSTRING:6}",
    "{@ziduan}-{YYMMDD}-{0000}", "{tttt}{0000@1}", "${YYYY}-${NUM}", "INV/{year}/{seq:5}",
    "{type}-{seq}", "{seq:00001}", "{seq:4,start=-1}", "{seq:20}", "{{seq:5}}", "{}{seq:5}",
    "{type:V}-{seq:5}", "{seq:5}{check}", "{random}", "{name:2}{seq:5}",
]  # fmt: skip

# What was typed, the place, the nearest rule.
HELPED = [
    ("{type}-{seq:5", 8, "{type}-{seq:5}"),
    ("type}-{seq:5}", 5, "type-{seq:5}"),
    ("{seq:5}}", 8, "{seq:5}"),
    ("{type}-{sec:5}", 9, "{type}-{seq:5}"),
    ("{typ}-{seq:5}", 2, "{type}-{seq:5}"),
    ("{TYPE}-{seq:5}", 2, "{type}-{seq:5}"),
    ("{SEQNUM:5}", 2, "{seq:5}"),
    ("{seq}", 5, "{seq:5}"),
    ("{seq:}", 6, "{seq:5}"),
    ("{seq:20}", 6, "{seq:5}"),
    ("{seq:00001}", 6, "{seq:5}"),
    ("{seq:#####}", 6, "{seq:5}"),
    ("{seq:A001}", 6, "{seq:A000}"),
    ("{seq:5,}", 8, "{seq:5}"),
    ("{type}-{seq:5,reset=monthly}", 21, "{type}-{seq:5,reset=month}"),
    ("{seq:5,alphabet=base32}", 17, "{seq:5,alphabet=base36}"),
    ("{random}", 8, "{random:8}"),
    ("{seq:5}{check}", 14, "{seq:5}{check:37-36}"),
    ("{seq:5}{check:luhn10}", 15, "{seq:5}{check:luhn}"),
    ("{type}-{registered}-{seq:5}", 19, "{type}-{registered:YYYYMMDD}-{seq:5}"),
    ("{type}-{created:%Y%m%d}-{seq:5}", 17, "{type}-{created:YYYYMMDD}-{seq:5}"),
    ("{registered:FY}-{seq:4}", 13, "{registered:FYY}-{seq:4}"),
    ("{initials:2}{seq:5}", 2, "{initials(name):2}{seq:5}"),
    ("{initials(company):2}{seq:5}", 11, "{initials(name):2}{seq:5}"),
    ("{pinyin(name):2}{seq:5}", 2, "{initials(name):2}{seq:5}"),
]


@pytest.mark.parametrize(("drawn", "said"), MASKS)
def test_a_drawn_mask_says_what_it_looks_like(drawn: str, said: str) -> None:
    assert expand(drawn, {}) == said
    assert write(read(said)) == said


@pytest.mark.parametrize(("typed", "said"), UNDERSTOOD)
def test_another_way_of_typing_is_understood(typed: str, said: str) -> None:
    assert write(read(typed)) == said


@pytest.mark.parametrize("typed", NEVER_TAKEN)
def test_what_is_no_rule_is_never_taken_for_text(typed: str) -> None:
    tables = {"type": {"V": "VIP"}} if "{type" in typed else {}
    with pytest.raises(Refusal):
        define(typed, tables=tables)


@pytest.mark.parametrize(("typed", "column", "nearest"), HELPED)
def test_a_slip_is_refused_at_its_place_with_the_nearest_rule(
    typed: str, column: int, nearest: str
) -> None:
    with pytest.raises(Refusal) as caught:
        read(typed)
    refusal = caught.value
    assert isinstance(refusal, RuleSyntax | UnknownAttribute)
    assert (refusal.column, refusal.nearest) == (column, nearest)
    read(nearest)
