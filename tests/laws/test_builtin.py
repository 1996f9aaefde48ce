"""Laws of the built-in code tables: every place has one code, and every spelling one place."""

import re
import subprocess
import sys
from collections import Counter
from importlib.resources import files
from time import perf_counter

import pycountry
import pytest

from mintmark.rule.builtin import Builtin, Listed, builtin, entries, names
from mintmark.text import fold

COUNTRIES = sorted({place.country_code for place in pycountry.subdivisions})
ALL = [*names(), *(f"iso-3166-2-{country.lower()}" for country in COUNTRIES if country != "CN")]
HAN = re.compile(r"[\u3400-\u9fff]|VIP")
COUNTS = {
    "china-provinces": 34,
    "china-provinces-digits": 34,
    "china-cities": 333 + 4 + 3,  # prefectures; municipalities; Taiwan, Hong Kong, Macao
    "china-cities-letters": 313,
    "china-counties": 2845 + 4 + 3,  # counties; cities without any; the three again
    "iso-3166-1-alpha2": 249,
    "iso-3166-1-alpha3": 249,
    "iso-3166-1-numeric": 249,
    "iso-3166-2-cn": 34,
    "customer-types": 8,
    "industry-sections": 20,
    "industry-divisions": 97,
}
# python-stdnum 2.2 does not know these two, and still lists six that are gone or never were.
NEW = {"330113": "临平区", "330114": "钱塘区"}
GONE = {"422921", "429001", "232761", "232762", "232763", "232764"}


def found(slug: str, spelling: str) -> Listed:
    (entry,) = (
        entry
        for entry in entries(slug)
        if fold(spelling) in {fold(said) for said in entry.spellings}
    )
    return entry


@pytest.mark.parametrize("slug", ALL)
def test_a_code_stands_once_and_is_made_of_capitals_and_digits(slug: str) -> None:
    codes = [entry.code for entry in entries(slug)]
    assert len(set(codes)) == len(codes) > 0
    assert all(re.fullmatch(r"[A-Z0-9]+", code) for code in codes)


@pytest.mark.parametrize("slug", ALL)
def test_no_spelling_belongs_to_two_codes(slug: str) -> None:
    said = Counter(
        spelling
        for entry in entries(slug)
        for spelling in {fold(spelling) for spelling in entry.spellings}
    )
    assert [spelling for spelling, times in said.items() if times > 1 or not spelling] == []
    assert all(entry.spellings for entry in entries(slug))


@pytest.mark.parametrize("slug", names())
def test_no_code_begins_with_another(slug: str) -> None:
    codes = {entry.code for entry in entries(slug)}
    assert not any(code[:length] in codes for code in codes for length in range(1, len(code)))


@pytest.mark.parametrize("slug", ALL)
def test_every_parent_stands_in_the_table_of_parents(slug: str) -> None:
    about = builtin(slug)
    parents = {entry.parent for entry in entries(slug) if entry.parent}
    assert bool(parents) == (about.parents is not None)
    if about.parents:
        assert parents <= {entry.code for entry in entries(about.parents)}


def test_there_are_as_many_codes_as_the_standards_have() -> None:
    assert {slug: len(entries(slug)) for slug in names()} == COUNTS
    assert [entry.code for entry in entries("industry-divisions")] == [
        f"{number:02}" for number in range(1, 98)
    ]


@pytest.mark.parametrize("slug", names())
def test_the_first_spelling_is_chinese(slug: str) -> None:
    assert [entry for entry in entries(slug) if not HAN.match(entry.spellings[0])] == []


def test_only_counties_directly_under_their_province_have_no_city() -> None:
    orphans = {entry.code[:4] for entry in entries("china-counties") if entry.parent is None}
    assert orphans == {"4190", "4290", "4690", "6590"}


def test_letters_and_digits_of_a_province_are_spelt_alike() -> None:
    letters, digits = entries("china-provinces"), entries("china-provinces-digits")
    assert [one.spellings for one in letters] == [one.spellings for one in digits]
    iso = {place.code[3:] for place in pycountry.subdivisions if place.country_code == "CN"}
    assert {one.code for one in letters} == iso


def test_counties_are_those_that_resident_ids_know() -> None:
    known = {code: name for code, name in _in_force() if not code.endswith("00")}
    ours = {
        entry.code: entry.spellings
        for entry in entries("china-counties")
        if not entry.code.endswith("00")
    }
    assert set(ours) - set(known) <= set(NEW)
    assert set(known) - set(ours) <= GONE
    for code in set(ours) & set(known):
        assert any(said.endswith(known[code]) for said in ours[code]), code


def test_cities_are_those_that_resident_ids_know() -> None:
    known = dict(_in_force())
    for entry in entries("china-cities"):
        if not entry.code.endswith("00"):
            assert known[entry.code + "00"] in entry.spellings


@pytest.mark.parametrize(
    ("slug", "spelling", "code", "parent"),
    [
        ("china-cities", "杭州", "3301", "33"),
        ("china-cities", "Changsha", "4301", "43"),
        ("china-cities", "chongqing", "5000", "50"),
        ("china-cities", "Xiamen", "3502", "35"),
        ("china-cities", "Luan", "3415", "34"),
        ("china-cities", "BOZHOU", "3416", "34"),
        ("china-cities", "Bengbu", "3403", "34"),
        ("china-cities", "Lishui", "3311", "33"),
        ("china-cities", "Chaoyang", "2113", "21"),
        ("china-cities", "Taizhou, Zhejiang", "3310", "33"),
        ("china-cities", "Taizhou, Jiangsu", "3212", "32"),
        ("china-cities", "北京", "1100", "11"),
        ("china-cities", "130100", "1301", "13"),
        ("china-cities", "恩施州", "4228", "42"),
        ("china-cities-letters", "杭州", "HGH", "ZJ"),
        ("china-cities-letters", "广州", "CAN", "GD"),
        ("china-provinces", "陕西", "SN", None),
        ("china-provinces", "Shaanxi", "SN", None),
        ("china-provinces", "Shanxi", "SX", None),
        ("china-provinces-digits", "台湾", "71", None),
        ("china-counties", "海淀区", "110108", "1100"),
        ("china-counties", "北京市朝阳区", "110105", "1100"),
        ("china-counties", "长春市朝阳区", "220104", "2201"),
        ("china-counties", "临平区", "330113", "3301"),
        ("china-counties", "义乌", "330782", "3307"),
        ("china-counties", "东莞", "441900", "4419"),
        ("china-counties", "仙桃市", "429004", None),
        ("china-counties", "和安县", "653229", "6532"),
        ("china-counties", "重庆市两江新区", "500157", "5000"),
        ("iso-3166-1-alpha2", "德国", "DE", None),
        ("iso-3166-1-alpha2", "USA", "US", None),
        ("iso-3166-1-alpha3", "中国", "CHN", None),
        ("iso-3166-1-numeric", "中国", "156", None),
        ("iso-3166-2-cn", "上海", "SH", "CN"),
        ("iso-3166-2-us", "California", "CA", "US"),
        ("iso-3166-2-es", "Gerona", "GI", "ES"),
        ("iso-3166-2-gb", "Bro Morgannwg", "VGL", "GB"),
        ("customer-types", "大客户", "K", None),
        ("industry-sections", "农林牧渔业", "A", None),
        ("industry-divisions", "汽车制造业", "36", "C"),
    ],
)
def test_what_everybody_knows(slug: str, spelling: str, code: str, parent: str | None) -> None:
    entry = found(slug, spelling)
    assert (entry.code, entry.parent) == (code, parent)


@pytest.mark.parametrize("name", ["朝阳区", "鼓楼区", "江北区", "城区", "南昌", "朝阳"])
def test_a_name_of_several_places_is_no_county(name: str) -> None:
    spellings = {said for entry in entries("china-counties") for said in entry.spellings}
    assert name not in spellings


@pytest.mark.parametrize(
    "slug", ["", "china", "iso-3166-2-", "iso-3166-2-zz", "iso-3166-2-ai", "iso-3166-2-US"]
)
def test_a_table_that_is_not_there_is_a_key_error(slug: str) -> None:
    for asked in (builtin, entries):
        with pytest.raises(KeyError):
            asked(slug)


def test_a_table_is_told_as_it_is_asked_for() -> None:
    for slug in ALL:
        about = builtin(slug)
        assert isinstance(about, Builtin)
        assert about.slug == slug
        assert about.attribute in {"region", "country", "industry", "type"}


def test_all_counties_are_there_in_sixty_milliseconds() -> None:
    def once() -> float:
        entries.cache_clear()
        start = perf_counter()
        entries("china-counties")
        return perf_counter() - start

    assert min(once() for _ in range(5)) < 0.060


def test_a_rule_loads_no_table_that_it_does_not_choose() -> None:
    said = (
        "import sys, mintmark.rule; "
        "assert 'pycountry' not in sys.modules; "
        "from mintmark.rule import builtin; "
        "assert 'pycountry' not in sys.modules; "
        "assert builtin.entries.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", said], check=True)


def _in_force() -> list[tuple[str, str]]:
    """Give the places that python-stdnum knows of without an end."""
    places: list[tuple[str, str]] = []
    province = ""
    for line in files("stdnum.cn").joinpath("loc.dat").read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith(" "):
            province = line[:2]
            continue
        for name in line.split('"')[1].split(","):
            since, _, plain = name.rpartition("]")
            if not re.search(r"-\d", since) and plain not in {"市辖区", "县", "林区"}:
                places.append((province + line.split()[0], plain))
    return places
