"""Laws of the fast path: whatever it reads of a column is what reading one by one gives."""

import string
from datetime import date

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from mintmark.customer import parse
from mintmark.errors import Refusal
from mintmark.intake.checking.plain import plain

FACTS = {
    "text": "address", "names": "former_name", "phone": "phone", "email": "email",
    "id_number": "id_number", "date": "registered",
}  # fmt: skip
phones = st.one_of(
    st.from_regex(r"(?:\+86|0086|86|0|)[ -]?1[3-9][0-9](?:[ -]?[0-9]{4}){2}", fullmatch=True),
    st.from_regex(r"0[1-9][0-9]{1,2}[ -]?[1-9][0-9]{6,7}(?:-[0-9]{1,4})?", fullmatch=True),
    st.text("+0123456789 -", max_size=16),
)
residents = st.from_regex(r"[1-9][0-9]{5}(?:19|20)[0-9]{9}", fullmatch=True).map(
    lambda body: body + ric.calc_check_digit(body + "0")
)
organisations = st.builds(
    lambda head, tail: head + tail + uscc.calc_check_digit(head + tail),
    st.text("0123456789", min_size=8, max_size=8),
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9),
)
dates = st.builds(
    lambda day, form, time: day.strftime(form) + time,
    st.dates(date(1000, 1, 1)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]),
    st.sampled_from(["", " 08:05", "T08:05:59", " 08:05:59.25", " "]),
)
VALUES = {
    "text": st.text(),
    "names": st.text(),
    "phone": phones,
    "email": st.one_of(st.emails(), st.text(string.ascii_letters + "@.-_ ", max_size=30)),
    "id_number": st.one_of(
        residents,
        organisations,
        st.builds(lambda one, other: one[:9] + other[9:], residents, residents),
    ),
    "date": st.one_of(dates, st.from_regex(r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}")),
}
ANY = st.one_of(*VALUES.values())


def read(fact: str, text: str) -> object:
    """As one by one."""
    try:
        return parse(fact, text)
    except Refusal:
        return None


@settings(max_examples=400)
@given(st.sampled_from(sorted(FACTS)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.one_of(VALUES[kind], ANY), max_size=20))
))  # fmt: skip
@example(("phone", ["+86 125 0000 0000", "0086 13800138000", "010-6234 5678", "0755-8265 0001"]))
@example(("date", ["0999-01-01", "2023-2-29", "2024-2-29 8:00"]))
def test_what_is_plain_is_read_as_it_would_be_alone(given: tuple[str, list[str]]) -> None:
    kind, texts = given
    texts = [text.strip() for text in texts if not any("\ud800" <= c <= "\udfff" for c in text)]
    found = plain(kind, pl.Series(texts, dtype=pl.String), "CN").to_list()
    for text, value in zip(texts, found, strict=True):
        assert value is None or value == read(FACTS[kind], text)


def test_what_nearly_all_values_look_like_is_plain() -> None:
    """Else the law above would say nothing."""
    usual = {
        "text": ["北京市朝阳区建国路 88 号 3 栋 2-1201", "Zoë O.Brien", "大华（北京）机械", "Ａ座"],
        "phone": ["13875014587", "+8613875014587", "+86 138-7501-4587", "0755-82650001"],
        "email": ["wang.qi+x@example.com.cn", "A@B.cn"],
        "id_number": ["91110000600037341L", "11010119900307803X"],
        "date": ["2023-10-01", "2023/1/9", "2023.10.01 08:05:00"],
    }  # fmt: skip
    for kind, texts in usual.items():
        found = plain(kind, pl.Series(texts), "CN").to_list()
        assert found == [parse(FACTS[kind], text) for text in texts], kind
        assert None not in found
