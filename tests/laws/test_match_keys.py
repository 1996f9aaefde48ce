"""Laws of match keys: what is stored and what is asked meet, however the facts were damaged."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintmark.customer import Customer
from mintmark.errors import NothingToGoOn
from mintmark.match import Key, Remembered, keys_of, wanted
from mintmark.match.looks import look_alikes
from mintmark.match.sounds import homophones, read, segmentations, spellings
from mintmark.match.variants import miscopied, misdialled, misspelt
from mintmark.text import fold

HAN = st.sampled_from(
    "王李张刘陈杨黄赵周吴孙朱欧伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲炜玮章"
)
NAMES = st.text(HAN, min_size=2, max_size=3)
WORDS = st.text("abcdefghijklmnoprstuvwy", min_size=4, max_size=9)
PHONES = st.integers(13_000_000_000, 19_999_999_999).map(str)
CORES = st.text(st.sampled_from("大华信达恒泰机械电子贸易"), min_size=4, max_size=6)
UNHURRIED = settings(max_examples=50)


def met(remembered: Remembered, customer: Customer) -> set[str]:
    """Indexes in which a key that is asked for is one that the customer is kept under."""
    kept = {*keys_of(customer), *exact(customer)}
    return {key.index for stage in wanted(remembered) for key in stage if key in kept}


def exact(customer: Customer) -> set[Key]:
    found = {Key("name", fold(customer.name))}
    facts = ("phone", "email", "id_number")
    return found | {Key(f, value) for f in facts if (value := getattr(customer, f))}


def test_few_keys_are_kept_for_a_person() -> None:
    assert len(keys_of(Customer(name="张伟", phone="+8613875014587"))) == 2
    assert len(keys_of(Customer(name="John Q. Smith", phone="+8613875014587"))) == 4


@UNHURRIED
@given(HAN)
def test_a_surname_alone_is_no_key(surname: str) -> None:
    for name in (surname, f"{surname}女士", read(surname)[0]):
        assert not [key for key in keys_of(Customer(name=name)) if key.index == "sound"]


@UNHURRIED
@given(NAMES)
def test_a_name_is_found_by_how_it_sounds(name: str) -> None:
    surname, *given_name = read(name)
    for spelt in (
        f"{surname} {''.join(given_name)}".title(),
        f"{''.join(given_name)} {surname}".title(),
        f"{surname.upper()}, {''.join(given_name).title()}",
        " ".join((surname, *given_name)),
    ):
        assert "sound" in met(Remembered(name=spelt), Customer(name=name))
        assert "sound" in met(Remembered(name=name), Customer(name=spelt))


@UNHURRIED
@given(NAMES, st.data())
def test_a_name_with_one_character_wrong_missing_or_too_many_is_found(
    name: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    other = data.draw(HAN)
    damaged = [name[:place] + other + name[place + 1 :], name[:place] + other + name[place:]]
    if len(name) > 2:
        damaged.append(name[:place] + name[place + 1 :])
    for said in damaged:
        assert met(Remembered(name=said), Customer(name=name)) & {"sound", "name"}


@UNHURRIED
@given(HAN)
def test_who_looks_like_another_is_looked_like_in_turn(character: str) -> None:
    others = look_alikes(character)
    assert character not in others
    assert len(set(others)) == len(others)
    assert all(character in look_alikes(other) for other in others)


@pytest.mark.parametrize(
    ("said", "name"), [("王晴", "王睛"), ("李末", "李未"), ("何大明", "何太明")]
)
def test_a_misread_character_is_asked_for_as_the_name_it_stands_for(said: str, name: str) -> None:
    strong, slips = wanted(Remembered(name=said))
    assert slips[Key("name", name)] > slips.get(Key("sound", "wang xue"), 0)
    assert Key("name", name) not in strong


def test_what_half_of_all_characters_have_in_them_makes_none_look_alike() -> None:
    assert "村" not in look_alikes("林")


@UNHURRIED
@given(PHONES, st.data())
def test_a_phone_with_one_digit_wrong_or_two_swapped_is_found(
    phone: str, data: st.DataObject
) -> None:
    wrong = data.draw(st.sampled_from(sorted(misdialled(phone))))
    customer = Customer(name="李雷", phone=f"+86{phone}")
    assert "phone" in met(Remembered(phone=wrong), customer)


@UNHURRIED
@given(PHONES, st.data())
def test_a_phone_with_a_digit_missing_or_too_many_is_found(phone: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, 10))
    customer = Customer(name="李雷", phone=f"+86{phone}")
    for said in (phone[:place] + phone[place + 1 :], phone[:place] + "7" + phone[place:]):
        assert "phone" in met(Remembered(phone=said), customer)


@UNHURRIED
@given(PHONES)
def test_a_fragment_of_a_phone_is_found(phone: str) -> None:
    customer = Customer(name="李雷", phone=f"+86{phone}")
    for said in (phone[-4:], phone[-6:], f"{phone[:3]}****{phone[-4:]}", f"*{phone[-4:]}"):
        assert "tail" in met(Remembered(phone=said), customer)
    assert "phone" in met(Remembered(phone=f"{phone[:8]}?{phone[9:]}"), customer)


@UNHURRIED
@given(WORDS, WORDS, st.data())
def test_a_name_in_letters_with_one_typo_is_found(
    first: str, last: str, data: st.DataObject
) -> None:
    typo = data.draw(st.sampled_from(sorted(set(misspelt(last)))))
    customer = Customer(name=f"{first} {last}".title())
    assert "words" in met(Remembered(name=f"{first} {typo}"), customer)


@UNHURRIED
@given(WORDS, WORDS)
def test_a_name_in_letters_is_found_in_any_order_and_by_initials(first: str, last: str) -> None:
    customer = Customer(name=f"{first} Q. {last}".title())
    for said in (
        f"{last}, {first}",
        f"{first} {last}",
        f"{first[0]}. {last}",
        f"Dr. {first} {last}",
    ):
        assert "words" in met(Remembered(name=said), customer)


@UNHURRIED
@given(CORES, st.sampled_from(["有限公司", "股份有限公司", "厂", "集团有限公司"]), st.data())
def test_a_company_is_found_without_form_and_place_or_one_character(
    core: str, form: str, data: st.DataObject
) -> None:
    customer = Customer(name=f"营口{core}{form}")
    place = data.draw(st.integers(0, len(core) - 1))
    for said in (
        core, f"{core}有限责任公司", f"{core}（营口）{form}", f"营口市{core}", core[:2] + form,
        f"{core[:place]}{core[place + 1 :]}{form}",
        f"营口{core[:place]}山{core[place + 1 :]}{form}",
    ):  # fmt: skip
        assert "organisation" in met(Remembered(name=said), customer)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("zhangw", "张伟"),
        ("zw", "张伟"),
        ("Zhnag Wei", "张伟"),
        ("zhangwie", "张伟"),
        ("Xi'an Li", "李西安"),
        ("Lü Xia", "吕霞"),
        ("Lyu Xia", "吕霞"),
        ("Lv Xia", "吕霞"),
        ("Lu Xia", "吕霞"),
        ("張偉", "张伟"),
        ("张伟先生", "张伟"),
        ("王晓明(旧)", "王晓明"),
        ("Piao Minghua", "朴明华"),
        ("Zeng Jie", "曾杰"),
        ("Yuchi Gong", "尉迟恭"),
        ("Mueller, Hans", "Hans Müller"),
        ("Zoe O'Brien", "Zoë O’Brien"),
        ("Acme and Sons", "Acme & Sons Trading Co., Ltd."),
        ("IBM", "International Business Machines Corp."),
        ("Acme", "Acme Widgets GmbH"),
        ("买买提艾合买提", "买买提·艾合买提"),
    ],
)
def test_known_traps_are_found(said: str, name: str) -> None:
    assert met(Remembered(name=said), Customer(name=name)) & {"sound", "words", "organisation"}


def test_a_mailbox_or_a_slip_in_an_address_or_an_id_number_is_found() -> None:
    li = Customer(name="李雷", email="lilei@163.com", id_number="110101199003070011")
    for said in ("lilei", "lilei@126.com", "lilie@163.com"):
        assert met(Remembered(email=said), li) == {"email"}
    for slip in ("110101199003070011", "110101199003700011", "11010119900307011"):
        assert met(Remembered(id_number=slip), li) == {"id_number"}


@UNHURRIED
@given(st.sampled_from(["110101199003070011", "410527197001218489"]))
def test_what_was_miscopied_still_has_its_check_character(number: str) -> None:
    near = set(miscopied(number[:5] + "9" + number[6:]))
    assert number in near
    assert len(near) < 80


@UNHURRIED
@given(st.one_of(NAMES, WORDS, CORES), st.one_of(st.none(), PHONES))
def test_a_question_is_never_longer_than_allowed_and_never_asks_twice(
    name: str, phone: str | None
) -> None:
    strong, slips = wanted(Remembered(name=name, phone=phone))
    assert len(strong) <= 2200
    assert len(slips) <= 2200
    assert not strong.keys() & slips.keys()


@pytest.mark.parametrize(
    "nothing", [Remembered(), Remembered(address="北京"), Remembered(name=" ")]
)
def test_nothing_to_go_on_is_refused(nothing: Remembered) -> None:
    with pytest.raises(NothingToGoOn):
        wanted(nothing)


@UNHURRIED
@given(st.lists(st.sampled_from(sorted(homophones())), min_size=2, max_size=3))
def test_every_spelling_of_syllables_can_be_read_back(sounds: list[str]) -> None:
    assert tuple(sounds) in segmentations("'".join(sounds))
    assert tuple(sounds) in spellings(tuple(sounds))
