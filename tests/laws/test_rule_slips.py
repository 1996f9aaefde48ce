"""What people type who know other products' manuals: understood, or refused with a way out."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintmark.errors import Refusal, RuleSyntax, UnknownAttribute, WrongSequence
from mintmark.rule import define, parser_of, sample
from mintmark.rule.grammar import read, write
from mintmark.rule.grammar.braces import Known
from mintmark.rule.grammar.mask import expand
from mintmark.rule.grammar.repair import nearest as nearest_rule
from mintmark.rule.proof.prove import prove
from mintmark.rule.segments import Check, Random, Sequence

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
    ("MM0000", "{registered:MM}{seq:4}"),
    ("DD-0000", "{registered:DD}-{seq:4}"),
    ("MM-DD-0000", "{registered:MM-DD}-{seq:4}"),
    ("COMM-0000", "COMM-{seq:4}"),
    ("ADD0000", "ADD{seq:4}"),
    ("K0-0000", "K0-{seq:4}"),
    ("CUST-.YYYY.-.#####", "CUST-{registered:YYYY}-{seq:5}"),
    ("INV/.YY..MM./.####", "INV/{registered:YY.MM}/{seq:4}"),
    ("01.02.####", "01.02.{seq:4}"),
    ("{type}-0000", "{type}-{seq:4}"),
    ("｛type｝-0000", "{type}-{seq:4}"),
    ("{type}-{region}-YYYYMM-0000", "{type}-{region}-{registered:YYYYMM}-{seq:4}"),
    ("AA-{type}-00000", "AA-{type}-{seq:5}"),
]

# No masks: there is a number in braces, or several runs that may be the number.
NO_MASKS = [
    "0000-0000", "####-000", "{type}-0-{seq:5}", "00-{seq:5}", "{SEQNUM:5}-00", "{编号}000",
    "{random:8}-YYYY-00", "{type}-#####", "{type}-00-000", "{type-0000", "type}-0000",
]  # fmt: skip

# Understood, though typed in another way.
UNDERSTOOD = [
    ("｛type｝-{seq:5}", "{type}-{seq:5}"),
    ("｛type｝－｛seq：５，reset＝never｝", "{type}－{seq:5,reset=never}"),
    ("{ seq : 5 }", "{seq:5}"),
    ("{SEQ:5}", "{seq:5}"),
    ("{registered:yyyyMMdd}{seq:5}", "{registered:YYYYMMDD}{seq:5}"),
    ("{seq:05}", "{seq:5}"),
    ("{seq:00000}", "{seq:5}"),
    ("{TYPE}-{Registered:YYYY}{seq:5}", "{type}-{registered:YYYY}{seq:5}"),
    ("{seq:6,end=0199999,start=100000}", "{seq:6,start=100000,end=199999}"),
    ("{seq:A00,group=3,end=b99}", "{seq:A00,end=B99,group=3}"),
    ("{registered:YYYYWW}{seq:3}", "{registered:YYYYWW}{seq:3}"),
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
    # Several faults at once
    ("{YYYY}{MM}-{0000}", 2, "{registered:YYYY}{registered:MM}-{seq:4}"),
    ("{yy}{mm}-{0000}", 2, "{registered:YY}{registered:MM}-{seq:4}"),
    ("{YYYYMMDD}{####}", 2, "{registered:YYYYMMDD}{seq:4}"),
    ("{类型}-{地区}-{seq:5}", 2, "{type}-{region}-{seq:5}"),
    ("{客户类型}{门店}{登记日期:YYYY}{流水号:4}{校验码}", 2,
     "{type}{branch}{registered:YYYY}{seq:4}{check:37-36}"),
    ("CAR-{SEQNUM:3}-{RANDSTRING:6}", 6, "CAR-{seq:3}-{random:6}"),
    ("{DATETIMEUTC:yyyyMMdd}-{SEQNUM:4}", 2, "{registered:YYYYMMDD}-{seq:4}"),
    ("{tttt}{0000@1}", 2, "{seq:4}"),
    ("{@type}-{customer.region}-{NUM}", 2, "{type}-{region}-{seq:5}"),
    ("${YYYY}-${NUM}", 3, "{registered:YYYY}-{seq:5}"),
    ("INV/{year}/{seq:5}", 6, "INV/{registered:YYYY}/{seq:5}"),
    ("{{seq:5}}", 1, "{seq:5}"),
    ("{}{seq:5}", 2, "{seq:5}"),
    ("{foo}-{seq:5}", 2, "{seq:5}"),
    ("A-{foo}-{编号}", 4, "A-{seq:5}"),
    ("{编号}-{seq:4}", 2, "{seq:4}"),
    ("{type-{seq:5}", 1, "{type}-{seq:5}"),
    ("{type}-{seq:5-CN", 8, "{type}-{seq:5}-CN"),
    ("{type:1,seq:5}", 9, "{type:1}{seq:5}"),
    # Options
    ("{seq:5,reset=每年}", 14, "{seq:5,reset=year}"),
    ("{seq:5,reset=财年}", 14, "{seq:5,reset=fiscal-year}"),
    ("{seq:5,reset=不}", 14, "{seq:5,reset=never}"),
    ("{seq:5,begin=3,by=10,max=99,pad=0}", 8, "{seq:5,start=3,end=99,step=10}"),
    ("{seq:5,step=2,step=3}", 15, "{seq:5,step=2}"),
    ("{seq:5,prefix=K,len=5,rest=year}", 8, "{seq:5,reset=year}"),
    ("{seq:4,start=99999}", 14, "{seq:5,start=99999}"),
    ("{seq:5,end=0}", 12, "{seq:5,end=99999}"),
    ("{seq:5,start=30,end=20}", 21, "{seq:5,start=30,end=99999}"),
    ("{seq:5,group=0}", 14, "{seq:5,group=4}"),
    ("{seq:AAA,widen}", 10, "{seq:3,alphabet=letters,widen=12}"),
    ("{seq:A00,widen}", 10, "{seq:A00}"),
    ("{seq:5,widen=4}", 8, "{seq:5,widen=7}"),
    ("{seq:5,starts=4}", 8, "{seq:5,reset=fiscal-year,starts=4}"),
    ("{seq:5,per=类型+branhc}", 12, "{seq:5,per=type+branch}"),
    ("{seq:5,per=registered}{registered:YY}", 12, "{seq:5}{registered:YY}"),
    ("{seq:5}{check:mod97}", 15, "{seq:5}{check:97-10}"),
    ("{seq:5}{check:ean13,of=digits}", 15, "{seq:5}{check:gs1,of=digits}"),
    # What nobody sees, and what a spreadsheet computes
    ("K\t{seq:5}", 2, "K-{seq:5}"),
    ("{type}{seq:5}\n", 14, "{type}{seq:5}"),
    ("K\u200b{seq:5}", 2, "K{seq:5}"),
    ("=1{seq:5}", 1, "1{seq:5}"),
    ("＋86{seq:5}", 1, "86{seq:5}"),
    ("-{seq:5}", 1, "{seq:5}"),
    (" @{type}{seq:5}", 2, "{type}{seq:5}"),
    ("{registered:-YYYY}{seq:5}", 13, "{registered:YYYY}{seq:5}"),
]  # fmt: skip

# Rules without a number, or with several: what was typed, and the nearest with one.
NUMBERED = [
    ("{type}-#####", "{type}-{seq:5}"),
    ("K-00001", "K-{seq:5}"),
    ("V-BJ-20231001-00001", "V-BJ-20231001-{seq:5}"),
    ("[type]-[seq:5]", "{type}-{seq:5}"),
    ("<type>-<seq:5>", "{type}-{seq:5}"),
    ("C%(year)s/%(seq)05d", "C{registered:YYYY}/{seq:5}"),
    ("0000-0000", "0000-{seq:4}"),
    ("{type}", "{type}{seq:5}"),
    ("{type}-{check:luhn}", "{type}-{seq:5}{check:luhn}"),
    ("", "{seq:5}"),
    ("{seq:5}-{seq:3}", "{seq:5}"),
    ("{type}{seq:5}-{seq:3}-{region}", "{type}{seq:5}-{region}"),
    ("{random:8}{random:4}", "{random:8}"),
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


@pytest.mark.parametrize("text", NO_MASKS)
def test_what_may_be_read_in_two_ways_is_no_mask(text: str) -> None:
    assert expand(text, {}) == text


@pytest.mark.parametrize(("typed", "nearest"), NUMBERED)
def test_a_rule_without_one_number_is_refused_with_one_that_has_it(
    typed: str, nearest: str
) -> None:
    tables = {name: {"V": "VIP"} for name in ("type", "region") if f"{{{name}}}" in typed}
    with pytest.raises(WrongSequence) as caught:
        define(typed, tables=tables)
    assert caught.value.nearest == nearest


PIECES = st.lists(
    st.sampled_from([
        "{", "}", "-", "00", "##", "{seq:5}", "{random:4}", "{check:luhn}", "{type}", "{foo}", "=",
        "{编号:3}", "{YYYY}", "{0000}", "{seq:4,start=99999}", "{seq:5,per=x,end=0}", "{name}",
        "{registered:-YYYY}", "[type]", "%(seq)05d", "{seq:,widen=2}", "{check:mod10,of=x}", "客",
        "\n",
    ])
    | st.text(max_size=3)
)  # fmt: skip


@given(PIECES.map("".join))
def test_the_nearest_rule_can_be_read_and_has_one_number(text: str) -> None:
    segments = read(nearest_rule(text, Known()))
    sequences = [segment for segment in segments if isinstance(segment, Sequence)]
    assert len(sequences or [s for s in segments if isinstance(s, Random)]) == 1
    assert sum(isinstance(segment, Check) for segment in segments) <= 1


def test_a_sequence_is_never_counted_by_a_date_or_by_what_nobody_knows() -> None:
    for wrong in ("registered", "tpye"):
        with pytest.raises(Refusal) as caught:
            read(f"{{seq:5,per={wrong}}}{{region}}{{registered:YY}}")
        assert isinstance(caught.value, RuleSyntax | UnknownAttribute)
        said = caught.value.expected if isinstance(caught.value, RuleSyntax) else ("region",)
        assert said[0] == "region"


def test_an_attribute_may_have_a_space_or_a_hyphen_in_its_name() -> None:
    tables = {"customer class": {"V": "VIP"}, "sales-area": {"N": "north"}}
    text = "{customer class}{sales-area}{seq:4,per=customer class+sales-area}"
    rule = define(text, tables=tables)
    assert rule.text == text
    assert prove(rule).holds


def test_a_rule_that_cannot_be_proved_still_shows_a_code() -> None:
    rule = define("客户{registered:YY}{seq:4,reset=month}{check:37-36}")
    assert sample(rule, today=date(2026, 11, 22)) == "客户260001?"
    assert [r.slug for r in prove(rule).refusals] == ["scope-not-shown", "check-alphabet"]
    assert parser_of(rule).read("客户260001X") is None


def test_a_separator_is_no_formula_where_it_does_not_begin_the_code() -> None:
    rule = define("{type}-={seq:5}@", tables={"type": {"V": "VIP"}})
    assert define(rule.structure(), tables={"type": {"V": "VIP"}}).text == rule.text
    for text in ("-", "=", "\t"):
        with pytest.raises(Refusal):
            define([{"kind": "literal", "text": text}, {"kind": "sequence", "width": 3}])
