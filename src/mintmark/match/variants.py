"""What somebody may have meant: everything that one slip away from what they said.

Slips are thought of when asking, over closed alphabets (ten digits, 26 letters, the 400 syllables),
so that nothing has to be stored for them.

>>> len(set(misdialled("13875014587"))), "13875014578" in misdialled("13875014587")
(109, True)
>>> "smith" in misspelt("smiht"), "smith" in misspelt("smth")
(True, True)
"""

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from itertools import product

from stdnum.cn import ric, uscc

from mintmark.match.sounds import Sounds, bag, homophones

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_RESIDENT = 18
_SYLLABLES = 3  # of nearly all Chinese names, at most
# Sounds that are taken for one another, by region and by keyboard.
_CONFUSED = (
    ("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("h", "f"), ("r", "l"), ("j", "q"),
    ("q", "x"), ("b", "p"), ("d", "t"), ("g", "k"), ("ang", "an"), ("eng", "en"), ("ing", "in"),
    ("lv", "lu"), ("nv", "nu"), ("iang", "ian"), ("uang", "uan"),
)  # fmt: skip


def misspelt(word: str, alphabet: str = _LETTERS) -> Iterator[str]:
    """Give a word with two characters swapped, one missing, one wrong, one too many, in that order.

    That is every word at Damerau-Levenshtein distance 1 over the alphabet, some of them twice.
    """
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    yield from (f"{a}{b[1]}{b[0]}{b[2:]}" for a, b in cuts if len(b) > 1 and b[0] != b[1])
    yield from (f"{a}{b[1:]}" for a, b in cuts if b)
    yield from (f"{a}{c}{b[1:]}" for a, b in cuts if b for c in alphabet if c != b[0])
    yield from (f"{a}{c}{b}" for a, b in cuts for c in alphabet)


def misdialled(digits: str) -> Iterator[str]:
    """Give a number with one digit wrong or two neighbours swapped: it is as long as before."""
    for place, digit in enumerate(digits):
        before, after = digits[:place], digits[place + 1 :]
        yield from (f"{before}{other}{after}" for other in _DIGITS if other != digit)
        if after and after[0] != digit:
            yield f"{before}{after[0]}{digit}{after[1:]}"


def with_one_more(digits: str) -> Iterator[str]:
    """Give a number with one digit added anywhere."""
    for place, digit in product(range(len(digits) + 1), _DIGITS):
        yield f"{digits[:place]}{digit}{digits[place:]}"


def with_one_less(digits: str) -> Iterator[str]:
    """Give a number with one digit taken away."""
    yield from (digits[:place] + digits[place + 1 :] for place in range(len(digits)))


def miscopied(number: str) -> Iterator[str]:
    """Give the ID numbers one slip away whose check character is right: about one in eleven.

    GB 11643-1999 (check by ISO/IEC 7064 MOD 11-2) and GB 32100-2015 (MOD 31).
    """
    resident = number[:-1].isdigit() and number[:1] != "9"
    alphabet = "0123456789X" if resident else "0123456789ABCDEFGHJKLMNPQRTUWXY"
    for near in misspelt(number, alphabet):
        if len(near) == _RESIDENT and (_is_resident(near) if resident else _is_credit(near)):
            yield near


def _is_resident(number: str) -> bool:
    return number[:17].isdigit() and ric.calc_check_digit(number) == number[17]


def _is_credit(number: str) -> bool:
    return number[0] in "159Y" and uscc.is_valid(number)


def misheard(sounds: Sounds, *, change_from: int = 0) -> Iterator[tuple[str, float]]:
    """Give the bags with one syllable wrong, missing or too many, and how likely each is (≤ 1).

    Only syllables before `change_from`, if given, are thought wrong.
    """
    for place, sound in enumerate(sounds):
        left = sounds[:place] + sounds[place + 1 :]
        if len(left) > 1:
            yield bag(left), 0.7
        if not change_from or place < change_from:
            yield from _changed(left, sound)
    yield from ((text, 0.6) for _, text in _with(sounds))


def misremembered(sounds: Sounds, *, spelt: bool) -> Iterator[tuple[str, float]]:
    """Give the same for the name of a person, of which fewer slips are likely.

    Who writes characters may put any other for one; who spells a name (`spelt`) slips in a letter.
    Few names have four syllables.

    >>> [len(dict(misremembered(("zhang", "xiao", "wei"), spelt=is_so))) for is_so in (False, True)]
    [1197, 34]
    """
    for place, sound in enumerate(sounds):
        left = sounds[:place] + sounds[place + 1 :]
        if len(left) > 1:
            yield bag(left), 0.7
        if spelt:
            near = _others(sound).items()
            yield from ((bag((*left, o)), likely) for o, likely in near if o != sound)
        else:
            yield from _changed(left, sound)
    if len(sounds) < _SYLLABLES:
        yield from ((text, 0.6) for _, text in _with(sounds))


def _changed(left: Sounds, sound: str) -> Iterator[tuple[str, float]]:
    """Give the bags of these and one other syllable than that which was said."""
    likely = _others(sound)
    yield from ((text, likely.get(o, 0.5)) for o, text in _with(left) if o != sound)


def _with(sounds: Sounds) -> Iterator[tuple[str, str]]:
    """Give each syllable, and its bag with these.

    Syllables are in order: the bags of all that go to the same place are one list.
    """
    units, every, start = sorted(sounds), _ordered(), 0
    for place in range(len(units) + 1):
        end = bisect_left(every, units[place]) if place < len(units) else len(every)
        before = "".join([f"{unit} " for unit in units[:place]])
        after = "".join([f" {unit}" for unit in units[place:]])
        yield from [(other, f"{before}{other}{after}") for other in every[start:end]]
        start = end


@cache
def _ordered() -> tuple[str, ...]:
    return tuple(sorted(homophones()))


@cache
def _others(sound: str) -> dict[str, float]:
    """Give the syllables that are meant more often than others instead of one, and how often."""
    near = dict.fromkeys(misspelt(sound), 0.65) | dict.fromkeys(_confused(sound), 0.9)
    return {other: likely for other, likely in near.items() if other in homophones()}


def _confused(sound: str) -> Iterator[str]:
    """Give the syllables that differ in one sound that many people do not tell apart."""
    for pair in _CONFUSED:
        for here, there in (pair, pair[::-1]):
            if sound.startswith(here):
                yield there + sound[len(here) :]
            if sound.endswith(here):
                yield sound[: -len(here)] + there
