"""The built-in code tables (代码表): codes of public standards, and how each value is spelt.

A table is read when somebody asks for it, and only then. The files hold one code a line; its
spellings stand in one cell, parted by ``|``. No spelling belongs to two codes of a table: where two
places share a name, each has its name behind that of its city.

>>> builtin("china-cities").source
'GB/T 2260, as of the end of 2025'
>>> next(entry for entry in entries("china-cities") if "杭州" in entry.spellings)
Listed(code='3301', spellings=('杭州', '杭州市', 'Hangzhou', '330100'), parent='33')
>>> "china-provinces" in names()
True

What ISO says of countries and their subdivisions comes from pycountry at run time, their Chinese
and common English names from Unicode's CLDR.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.resources import files

from mintmark.text import fold

_MUNICIPALITIES = ("11", "12", "31", "50")
_SUBDIVISIONS = "iso-3166-2-"
_COUNTRIES = "iso-3166-1-alpha2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A code with the spellings of its value; `parent` is a code of the table's `parents`."""

    code: str
    spellings: tuple[str, ...]
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Builtin:
    """A table: the attribute it codes, where its codes come from, the table of its parents."""

    slug: str
    attribute: str
    source: str
    parents: str | None = None


def names() -> tuple[str, ...]:
    """Give the slugs of the tables; any country has ``iso-3166-2-xx`` beside them.

    >>> names()[:3]
    ('china-provinces', 'china-provinces-digits', 'china-cities')
    """
    return tuple(_TABLES)


def builtin(slug: str) -> Builtin:
    """Give what is known of a table; raises KeyError.

    >>> builtin("industry-divisions").parents
    'industry-sections'
    >>> builtin("iso-3166-2-us").attribute
    'region'
    """
    if slug in _TABLES:
        return _TABLES[slug][0]
    entries(slug)  # a country without subdivisions has no table
    return _subdivisions_of(slug)


@cache
def entries(slug: str) -> tuple[Listed, ...]:
    """Give the codes of a table in the order of its source; raises KeyError.

    >>> [entry.code for entry in entries("china-provinces")][:4]
    ['BJ', 'TJ', 'HE', 'SX']
    >>> [entry.spellings for entry in entries("iso-3166-1-alpha2") if entry.code == "SE"]
    [('瑞典', 'Sweden', 'Kingdom of Sweden', 'SWE', '752')]
    """
    if slug in _TABLES:
        return tuple(_TABLES[slug][1]())
    if slug.startswith(_SUBDIVISIONS) and slug == slug.lower():
        return _subdivisions(slug.removeprefix(_SUBDIVISIONS).upper())
    raise KeyError(slug)


def _rows(name: str) -> Iterator[list[str]]:
    """Read the lines of a file below its headings."""
    text = files(__name__).joinpath(f"{name}.tsv").read_text("utf-8")
    return (line.split("\t") for line in text.splitlines()[1:])


def _plain(name: str) -> Iterator[Listed]:
    for code, spellings in _rows(name):
        yield Listed(code=code, spellings=tuple(spellings.split("|")))


def _provinces(*, digits: bool) -> Iterator[Listed]:
    for row in _rows("china-provinces"):
        yield Listed(code=row[digits], spellings=tuple(row[2].split("|")))


def _cities() -> Iterator[Listed]:
    for digits, _, spellings in _rows("china-cities"):
        yield Listed(code=digits, spellings=tuple(spellings.split("|")), parent=digits[:2])


def _cities_in_letters() -> Iterator[Listed]:
    """Give the cities that have letters; for the others no sure code is known."""
    province = {digits: letters for letters, digits, _ in _rows("china-provinces")}
    for digits, letters, spellings in _rows("china-cities"):
        if letters:
            parent = province[digits[:2]]
            yield Listed(code=letters, spellings=tuple(spellings.split("|")), parent=parent)


def _counties() -> Iterator[Listed]:
    cities = {digits for digits, *_ in _rows("china-cities")}
    for code, spellings in _rows("china-counties"):
        municipal = code.startswith(_MUNICIPALITIES)
        city = f"{code[:2]}00" if municipal else code[:4]
        # Some towns stand directly under their province; they have no city above them.
        parent = city if city in cities else None
        yield Listed(code=code, spellings=tuple(spellings.split("|")), parent=parent)


def _divisions() -> Iterator[Listed]:
    for code, section, spellings in _rows("industry-divisions"):
        yield Listed(code=code, spellings=tuple(spellings.split("|")), parent=section)


def _countries(written: str) -> list[Listed]:
    """Give the countries by alpha_2, alpha_3 or numeric; the other two codes are spellings."""
    from pycountry import countries  # noqa: PLC0415 - its tables take long to load

    kinds = ("alpha_2", "alpha_3", "numeric")
    found: list[Listed] = []
    for alpha_2, said in _rows("countries"):
        country = countries.get(alpha_2=alpha_2)
        if country is None:  # pragma: no cover
            continue
        codes = [getattr(country, kind) for kind in kinds if kind != written]
        known = [getattr(country, name, "") for name in ("name", "common_name", "official_name")]
        spellings = _distinct([*said.split("|"), *known, *codes])
        found.append(Listed(code=getattr(country, written), spellings=spellings))
    return found


def _subdivisions_of(slug: str) -> Builtin:
    country = slug.removeprefix(_SUBDIVISIONS).upper()
    source = f"ISO 3166-2:{country}"
    return Builtin(slug=slug, attribute="region", source=source, parents=_COUNTRIES)


def _subdivisions(country: str) -> tuple[Listed, ...]:
    from pycountry import subdivisions  # noqa: PLC0415 - its tables take long to load

    chinese = {entry.code: entry.spellings for entry in entries("china-provinces")}
    listed: list[Listed] = []
    kinds: dict[str, str] = {}
    places = (place for place in subdivisions if place.country_code == country)
    for place in sorted(places, key=lambda place: str(place.code)):
        code = place.code.partition("-")[2]
        # Girona [Gerona]; Vale of Glamorgan, The [Bro Morgannwg GB-BMG]
        said = [name.partition(f" {country}-")[0].strip(" ]") for name in place.name.split("[")]
        spellings = _distinct([*(chinese[code] if country == "CN" else ()), *said])
        kinds[code] = place.type
        listed.append(Listed(code=code, spellings=spellings, parent=country))
    if not listed:
        raise KeyError(_SUBDIVISIONS + country.lower())
    return tuple(_unmistakable(listed, kinds))


def _unmistakable(listed: Sequence[Listed], kinds: Mapping[str, str]) -> Iterator[Listed]:
    """Drop the spellings of two places; a place without any is told by its kind."""
    times = Counter(fold(said) for entry in listed for said in entry.spellings)
    for entry in listed:
        kept = tuple(said for said in entry.spellings if times[fold(said)] == 1)
        told = f"{entry.spellings[0]} ({kinds[entry.code]})"
        yield replace(entry, spellings=kept or (told,))


def _distinct(spellings: Iterable[str]) -> tuple[str, ...]:
    """Keep the first of those that are compared as one."""
    first: dict[str, str] = {}
    for said in spellings:
        first.setdefault(fold(said), said)
    first.pop("", None)
    return tuple(first.values())


def _table(
    slug: str,
    attribute: str,
    source: str,
    read: Callable[[], Iterable[Listed]],
    parents: str | None = None,
) -> tuple[Builtin, Callable[[], Iterable[Listed]]]:
    return Builtin(slug=slug, attribute=attribute, source=source, parents=parents), read


_GB_2260 = "GB/T 2260, as of the end of 2025"
_GB_2260_LETTERS = "GB/T 2260-2007, letter codes"
_GB_4754 = "GB/T 4754-2017"
_PROVINCES = "china-provinces-digits"

_TABLES: Mapping[str, tuple[Builtin, Callable[[], Iterable[Listed]]]] = {
    table[0].slug: table
    for table in (
        _table("china-provinces", "region", _GB_2260_LETTERS, partial(_provinces, digits=False)),
        _table(_PROVINCES, "region", _GB_2260, partial(_provinces, digits=True)),
        _table("china-cities", "region", _GB_2260, _cities, _PROVINCES),
        _table("china-cities-letters", "region", _GB_2260_LETTERS, _cities_in_letters,
               "china-provinces"),
        _table("china-counties", "region", _GB_2260, _counties, "china-cities"),
        _table(_COUNTRIES, "country", "ISO 3166-1:2020", partial(_countries, "alpha_2")),
        _table("iso-3166-1-alpha3", "country", "ISO 3166-1:2020", partial(_countries, "alpha_3")),
        _table("iso-3166-1-numeric", "country", "ISO 3166-1:2020", partial(_countries, "numeric")),
        (_subdivisions_of(_SUBDIVISIONS + "cn"), partial(_subdivisions, "CN")),
        _table("customer-types", "type", "Mintmark", partial(_plain, "customer-types")),
        _table("industry-sections", "industry", _GB_4754, partial(_plain, "industry-sections")),
        _table("industry-divisions", "industry", _GB_4754, _divisions, "industry-sections"),
    )
}  # fmt: skip
