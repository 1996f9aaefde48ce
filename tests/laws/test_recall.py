"""Laws of recall: the customer who is meant stands first, graded, with the evidence in words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintmark.customer import Customer
from mintmark.match import Asked, Recalled, Remembered, rank, score

WEI = Customer(
    name="张伟", phone="+8613875014587", email="zw@qq.com", id_number="110101199003070011"
)
OTHERS = [
    Customer(name="张玮", phone="+8613911112222"),
    Customer(name="章卫国", phone="+8613875014587"),  # one household
    Customer(name="李娜", phone="+8618655554587"),  # the same tail
    Customer(name="John Smith", phone="+8613875014578"),
    Customer(name="北京大华机械有限公司", phone="+8613875014590"),
    Customer(name="大连大华机电有限公司"),
]
FACTS = st.fixed_dictionaries({}, optional={
    "name": st.sampled_from(["张伟", "章炜", "Zhang Wei", "John", "大华机械", "李"]),
    "phone": st.sampled_from(["13875014587", "4587", "1387501458?", "0109999", "138****4587"]),
    "email": st.sampled_from(["zw@qq.com", "zw", "a@b.cn"]),
    "id_number": st.sampled_from(["110101199003070011", "0011", "410527197001218489"]),
    "address": st.just("海淀区"),
})  # fmt: skip
PEOPLE = st.sampled_from([WEI, *OTHERS])
UNHURRIED = settings(max_examples=50)


def found(customer: Customer, **said: str) -> Recalled:
    return score(Asked.of(Remembered(**said)), customer)  # type: ignore[arg-type]


@UNHURRIED
@given(FACTS, PEOPLE)
def test_points_are_of_a_hundred_and_only_strong_facts_are_certain(
    said: dict[str, str], customer: Customer
) -> None:
    recalled = found(customer, **said)
    assert 0 <= recalled.points <= 100
    if recalled.grade == "certain":
        whole = {"same-phone", "same-email"} & {*recalled.evidence}
        assert "same-id-number" in recalled.evidence or (whole and "same-name" in recalled.evidence)


@UNHURRIED
@given(FACTS, PEOPLE)
def test_the_same_question_has_the_same_answer(said: dict[str, str], customer: Customer) -> None:
    assert found(customer, **said) == found(customer, **said)


@pytest.mark.parametrize("name", ["张伟", "Zhang Wei", "北京大华机械有限公司"])
def test_a_name_alone_is_never_certain(name: str) -> None:
    assert found(Customer(name=name), name=name).grade != "certain"


def test_a_phone_alone_is_never_certain_and_under_another_name_no_more_than_possible() -> None:
    assert found(WEI, phone="13875014587").grade == "probable"
    assert found(WEI, phone="13875014587", name="李秀英").grade == "possible"


def test_two_id_numbers_are_two_people() -> None:
    recalled = found(WEI, name="张伟", phone="13875014587", id_number="410527197001218489")
    assert recalled.grade == "possible"


@pytest.mark.parametrize(
    ("said", "evidence"),
    [
        ({"name": "章炜", "phone": "4587"}, ("same-sound", "same-phone-tail")),
        ({"name": "Zhang Wei", "phone": "13875014578"}, ("same-sound", "two-digits-swapped")),
        ({"name": "张伟", "phone": "13875014581"}, ("same-name", "one-digit-off")),
        ({"name": "张小伟", "phone": "138****4587"}, ("one-character-off", "part-of-phone")),
        ({"name": "伟张", "email": "zw"}, ("word-order", "same-mailbox")),
        ({"name": "zhangwie", "id_number": "070011"}, ("similar-name", "part-of-id-number")),
        ({"email": "zv@qq.com"}, ("one-letter-of-email-off",)),
        ({"id_number": "110101199003070012"}, ("one-digit-of-id-number-off",)),
    ],
)
def test_the_one_who_is_meant_stands_first_with_evidence(
    said: dict[str, str], evidence: tuple[str, ...]
) -> None:
    people = [*OTHERS, WEI]
    place, best = rank(Asked.of(Remembered(**said)), people)[0]  # type: ignore[arg-type]
    assert people[place] == WEI
    assert best.evidence == evidence


@pytest.mark.parametrize(
    ("said", "name", "evidence"),
    [
        ("Smith, John", "John Q. Smith", "same-words"),
        ("J. Smith", "John Smith", "initials-fit"),
        ("Jon Smith", "John Smith", "one-character-off"),
        ("Mary Watson", "Mary Jane Watson", "part-of-name"),
        ("大华机械", "北京大华机械有限公司", "same-organisation-core"),
        ("大华", "北京大华机械有限公司", "part-of-name"),
        ("大华机谢有限公司", "北京大华机械有限公司", "same-organisation-core"),
        ("大华机有限公司", "北京大华机械有限公司", "one-character-off"),
        ("Acme Sons", "Acme & Sons Ltd.", "same-organisation-core"),
        ("王未", "王末", "similar-looking"),
    ],
)
def test_names_say_how_they_resemble(said: str, name: str, evidence: str) -> None:
    assert found(Customer(name=name), name=said).evidence == (evidence,)


def test_a_misread_name_comes_before_another_with_one_wrong_character() -> None:
    people = [Customer(name="王晓军"), Customer(name="王晴军"), Customer(name="王大军")]
    asked = Asked.of(Remembered(name="王睛军"))
    assert people[rank(asked, people)[0][0]].name == "王晴军"


@pytest.mark.parametrize(
    ("said", "enough"),
    [
        ({"name": "张伟", "phone": "4587"}, True),
        ({"name": "章炜", "phone": "4587"}, True),
        ({"name": "张炜", "phone": "13875014578"}, True),
        ({"name": "张三", "phone": "4587"}, False),  # there are many with one of the two
        ({"name": "张伟", "phone": "13900014587"}, False),  # the rest of it does not fit
        ({"name": "张伟"}, False),
        ({"phone": "13875014587"}, True),
    ],
)
def test_slips_are_thought_of_unless_all_that_was_said_fits(
    said: dict[str, str], enough: bool
) -> None:
    assert found(WEI, **said).suffices is enough


def test_some_namesakes_are_enough() -> None:
    namesakes = [Customer(name="刘国", remark=str(n)) for n in range(40)]
    ranked = rank(Asked.of(Remembered(name="刘国")), [*namesakes, Customer(name="刘国强")])
    assert 40 in [place for place, _ in ranked[:10]]
