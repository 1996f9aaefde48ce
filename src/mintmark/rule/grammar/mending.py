"""One segment that cannot be read, mended: its name, its form, each of its options.

>>> [write_segment(one) for one in mended("SEQNUM:00001,begin=100,pad=0,reset=monthly", Known())]
['seq:5,start=100,reset=month']
>>> [write_segment(one) for one in mended("type:1,seq:5", Known())]
['type:1', 'seq:5']
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from mintmark.checkchar import SYSTEMS
from mintmark.rule import dates
from mintmark.rule.grammar import aliases
from mintmark.rule.grammar.braces import Known, segment_of
from mintmark.rule.grammar.options import FORMATS, NAMES, WIDEST, Wrong
from mintmark.rule.grammar.writing import write_segment
from mintmark.rule.segments import DateOf, Segment, Sequence

# The options of each kind, in the order in which they are tried: each may lean on those before it.
_OPTIONS = {
    "seq": ("alphabet", "widen", "start", "end", "step", "per", "reset", "starts", "then", "group"),
    "random": ("alphabet", "group"),
    "check": ("of",),
    "initials": ("pad",),
}
_OF_DATES = ("starts", "named")
_EVERY = {key for keys in _OPTIONS.values() for key in keys} | set(_OF_DATES)
_RUN = re.compile(r"(0\d*|#+|9{2,})(?:[@+].*)?")  # 0000, ####, Dolibarr's 0000+100@1
_NAME = re.compile(r"[^(:,]*")
_INSIDE = re.compile(r"([^(:]*)(?:\(([^)]*)\)?)?[^:]*(?::(.*))?", re.DOTALL)
_STRFTIME = {"Y": "YYYY", "y": "YY", "m": "MM", "d": "DD", "j": "DDD", "G": "GGGG", "V": "WW"}


def mended(inside: str, known: Known) -> list[Segment]:
    """Give the segments that the text between two braces means; none if it means nothing."""
    said = inside.strip()
    if run := _RUN.fullmatch(said):
        return [Sequence(width=min(len(run[1]), WIDEST))]
    if not _own(said, known) and (form := dates.read_format(_formatted(said))):
        return [DateOf("registered", form)]
    made = (_segment(base, options, known) for base, options in _chunks(said, known))
    return [segment for segment in made if segment]


def _chunks(said: str, known: Known) -> Iterator[tuple[str, list[str]]]:
    """Give each segment of several between one pair of braces, with its options."""
    base, *rest = (part.strip() for part in said.split(","))
    options: list[str] = []
    for part in rest:
        if "=" not in part and part not in _EVERY and _resolved(part, known, guess=False):
            yield base, options
            base, options = part, []
        else:
            options.append(part)
    yield base, options


def _segment(said: str, options: list[str], known: Known) -> Segment | None:
    found = _INSIDE.fullmatch(said)
    if found is None:
        return None
    base = _resolved(found[1], known)
    if not base and (found[2] or "").strip() == "name":
        base = "initials"
    name, _, usual = base.partition(":")
    bases = _bases(name, (found[3] or "").strip(), usual, known) if base else ()
    inside = next((one for one in bases if _reads(one, known)), "")
    if not inside:
        return None
    keys = _OPTIONS.get(name, _OF_DATES if name in known.dates else ())
    for key, value in _keyed(options, keys):
        tried = _with_option(inside, key, value, known)
        inside = next((one for one in tried if _reads(one, known)), inside)
    return segment_of(inside, known)


# ---------------------------------------------------------------- names


def _own(name: str, known: Known) -> str:
    names = (*NAMES, *known.coded, *known.dates)
    folded = {one.casefold(): one for one in names}
    return name if name in names else folded.get(name.casefold(), "")


def _resolved(said: str, known: Known, *, guess: bool = True) -> str:
    """Give the name that is meant: our own, another product's word for it, or a near one."""
    found = _NAME.match(said)
    name = (found[0] if found else "").strip().strip("@$%#&?").split(".")[-1].strip()
    exact = _own(name, known) or aliases.name_of(name)
    if exact or not guess:
        return exact
    names = (*NAMES, *known.coded, *known.dates)
    return next(iter(get_close_matches(name.casefold(), names, n=1, cutoff=0.6)), "")


# ---------------------------------------------------------------- forms


def _bases(name: str, form: str, usual: str, known: Known) -> tuple[str, ...]:
    """Give a segment without options as it may be meant, the nearest first."""
    forms: tuple[str, ...]
    match name:
        case "seq":
            forms = (form, *_widths(form), "5")
        case "random":
            forms = (form, "8")
        case "check":
            forms = (form, aliases.system_of(form), *_near(form, tuple(SYSTEMS)), "37-36")
        case "initials":
            name, forms = "initials(name)", (form, "2")
        case _ if name in known.dates:
            forms = (_formatted(form), usual, *_near(form.upper(), FORMATS), "YYYYMMDD")
        case _:
            forms = (form, "") if form else ("",)
    return tuple(f"{name}:{form}" if form else name for form in forms)


def _widths(form: str) -> Iterator[str]:
    """Give what a number's form may mean: 00001 and ##### five digits, A001 a picture.

    >>> list(_widths("#####")), list(_widths("A001"))
    (['5'], ['A000'])
    """
    if re.fullmatch(r"#+|0\d+", form):
        yield str(len(form))
    elif re.fullmatch(r"[A-Z0-9]+", form.upper()) and not form.isdigit():
        yield re.sub(r"[A-Z]", "A", re.sub(r"\d", "0", form.upper()))
    elif (digits := re.match(r"\d+", form)) and not form.isdigit():
        yield digits[0]


def _formatted(form: str) -> str:
    """Give a date format of Python's or C's in ours.

    >>> _formatted("%Y-%m")
    'YYYY-MM'
    """
    return re.sub(r"%(\w)", lambda found: _STRFTIME.get(found[1], found[0]), form)


def _near(word: str, words: tuple[str, ...]) -> list[str]:
    return get_close_matches(word, words, n=1, cutoff=0.4)


# ---------------------------------------------------------------- options


def _keyed(options: list[str], keys: tuple[str, ...]) -> list[tuple[str, str | None]]:
    """Give the options that there are, the first of each, in the order in which they are tried."""
    given: dict[str, str | None] = {}
    for option in options:
        said, equals, value = (part.strip() for part in option.partition("="))
        key = said.casefold()
        if key not in keys:
            near = get_close_matches(key, keys, n=1, cutoff=0.7)
            key = aliases.option_of(said) or next(iter(near), "")
        if key in keys:
            given.setdefault(key, value if equals else None)
    return sorted(given.items(), key=lambda one: keys.index(one[0]))


def _with_option(inside: str, key: str, value: str | None, known: Known) -> Iterator[str]:
    """Give a segment with one more option as it may be meant, the nearest first."""
    option = key if value is None else f"{key}={value}"
    yield f"{inside},{option}"
    for other in _meant(key, value or "", known):
        yield f"{inside},{key}={other}"
    if key in ("start", "end") and value:  # a number that needs more places
        yield re.sub(r"(?<=^seq:)\d+", str(len(value)), f"{inside},{option}")
    if key == "widen" and (letters := re.match(r"seq:(A+)(?![A0])", inside)):
        wide = inside.replace(letters[0], f"seq:{len(letters[1])},alphabet=letters", 1)
        yield from (f"{wide},{one}" for one in (option, "widen=12"))
    try:
        segment_of(f"{inside},{option}", known)
    except Wrong as wrong:
        instead = wrong.replacement or ""
        if instead.startswith(f"{key}="):
            yield f"{inside},{instead}"
        elif instead.startswith("reset="):
            yield f"{inside},{instead},{option}"
        elif "=" not in instead and key != "per":
            yield f"{inside},{key}={instead}"


def _meant(key: str, value: str, known: Known) -> Iterator[str]:
    """Give what the value of an option may mean."""
    if key == "reset":
        period, bracket, attribute = value.partition("(")
        yield (aliases.period_of(period) or period.casefold()) + bracket + attribute
        yield aliases.period_of(period) or period.casefold()
    elif key == "per":
        named = (_resolved(name, known) for name in value.split("+"))
        yield "+".join(dict.fromkeys(name for name in named if name in known.coded))
    elif key in ("alphabet", "then", "of", "named"):
        yield value.casefold()


def _reads(inside: str, known: Known) -> bool:
    try:
        segment = segment_of(inside, known)
    except Wrong:
        return False
    return segment_of(write_segment(segment), known) == segment
