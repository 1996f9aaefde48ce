"""Laws of match keys as columns: they are those of each customer, whatever the names look like."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from mintmark.customer import Customer
from mintmark.match import keys_of
from mintmark.match.columns import keys_of_column

HAN = st.text(
    st.sampled_from("王李张曾欧阳单长乐伟芳学生太部厂々〇\u9fff\u4dbf"), min_size=1, max_size=5
)
LATIN = st.lists(
    st.sampled_from(
        ["John", "john", "Q.", "Smith", "Zhang", "wei", "Xi'an", "Müller", "LÜ", "Ltd."]
    ),
    min_size=1,
    max_size=4,
).map(" ".join)
COMPANIES = st.sampled_from(
    [
        "北京大华机械（集团）有限公司",
        "大华机械厂",
        "The Acme & Sons Trading Co., Ltd.",
        "A.B.C. GmbH",
    ]
)
ANY = st.text(min_size=1, max_size=8)
NAMES = st.one_of(HAN, LATIN, COMPANIES, ANY)
PHONES = st.sampled_from(["+8613875014587", "+861062345678;ext=12", "+4930123456"])
PEOPLE = st.lists(
    st.builds(Customer, name=NAMES, former_name=st.none() | NAMES, phone=st.none() | PHONES),
    min_size=1,
    max_size=12,
)


def columns(people: list[Customer]) -> pl.DataFrame:
    return pl.DataFrame(
        [(p.name, p.former_name, p.phone) for p in people],
        schema=dict.fromkeys(("name", "former_name", "phone"), pl.String),
        orient="row",
    )


@settings(max_examples=300)
@given(PEOPLE)
def test_columns_of_keys_are_the_keys_of_each_customer(people: list[Customer]) -> None:
    kept = [(row, *key) for row, person in enumerate(people) for key in keys_of(person)]
    assert keys_of_column(columns(people)).rows() == kept


def test_a_file_without_phones_or_former_names_has_keys_of_names_only() -> None:
    keys = keys_of_column(pl.DataFrame({"name": ["张伟", None]}))
    assert keys.rows() == [(0, "sound", "wei zhang")]


def test_no_rows_have_no_keys() -> None:
    assert keys_of_column(columns([])).is_empty()
