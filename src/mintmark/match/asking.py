"""Which keys to ask for: what is remembered first, then everything that is one slip away.

>>> from mintmark.match.remembered import Remembered
>>> strong, slips = wanted(Remembered(name="章炜", phone="4587"))
>>> [tuple(key) for key in strong]
[('tail', '4587'), ('name', '章炜'), ('sound', 'wei zhang'), ('organisation', 'wei zhang')]
>>> Key("name", "张伟") in slips, Key("sound", "wei wei zhang") in slips
(False, True)
>>> wanted(Remembered(address="北京"))
Traceback (most recent call last):
    ...
mintmark.errors.values.NothingToGoOn: nothing-to-go-on
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice, product

from mintmark.errors import NothingToGoOn
from mintmark.match.abbreviations import abbreviated, surnames
from mintmark.match.keys import Key, name_keys, organisation_keys
from mintmark.match.looks import look_alikes
from mintmark.match.names import Heard, heard
from mintmark.match.organisations import core
from mintmark.match.remembered import Dialled, Remembered, dialled
from mintmark.match.sounds import bag, homophones, is_pinyin, spellings
from mintmark.match.variants import (
    miscopied,
    misdialled,
    misheard,
    misremembered,
    misspelt,
    with_one_less,
    with_one_more,
)
from mintmark.text import fold, narrow

MOST = 2_200  # keys of one stage: four syllables, each of them wrong
_UNKNOWN = 3  # digits of a phone that are tried out
_MOBILE = re.compile(r"1[3-9]\d{9}")
_SYLLABLES = 3  # of nearly all Chinese names, at most
_SHORT, _LONG = 2, 24  # characters of a word or mailbox that slips are thought of
_DOMAINS = (
    "qq.com", "163.com", "126.com", "gmail.com", "outlook.com", "sina.com", "hotmail.com",
    "foxmail.com", "139.com", "sohu.com", "yahoo.com", "icloud.com", "aliyun.com", "189.cn",
    "live.com", "msn.com", "sina.cn", "yeah.net", "vip.qq.com", "protonmail.com",
)  # fmt: skip
_MAILBOX = "abcdefghijklmnopqrstuvwxyz0123456789._-"

Weighed = Iterable[tuple[Key, float]]


def wanted(remembered: Remembered) -> Iterator[dict[Key, float]]:
    """Give two stages of keys with their weights: what was said, then slips of it.

    The second costs more and is made only when it is taken; who found somebody certain or probable
    by the first can do without. Raises NothingToGoOn if there is no key at all.
    """
    strong = _collected(_said(remembered))
    if not strong:
        raise NothingToGoOn
    return _stages(strong, remembered)


def _stages(strong: dict[Key, float], remembered: Remembered) -> Iterator[dict[Key, float]]:
    yield strong
    slips = _collected(_slips(remembered))
    yield {key: weight for key, weight in slips.items() if key not in strong}


def _collected(keys: Weighed) -> dict[Key, float]:
    """Give each key once, by its best weight; of too many, the weightiest."""
    found: dict[Key, float] = {}
    for key, weight in keys:
        if weight > found.get(key, 0):
            found[key] = weight
    if len(found) <= MOST:
        return found
    return dict(sorted(found.items(), key=lambda kept: -kept[1])[:MOST])


# ---------------------------------------------------------------- what was said


def _said(remembered: Remembered) -> Iterator[tuple[Key, float]]:
    if remembered.id_number:
        yield Key("id_number", _plain(remembered.id_number)), 10
    if remembered.phone:
        yield from _phone_said(dialled(remembered.phone, remembered.country))
    if remembered.email:
        yield from _email_said(_plain(remembered.email).lower())
    if remembered.name and (folded := fold(remembered.name)):
        yield Key("name", folded), 6
        yield from _name_said(remembered.name, folded)


def _plain(text: str) -> str:
    return narrow(text).replace(" ", "").upper()


def _phone_said(phone: Dialled) -> Iterator[tuple[Key, float]]:
    if phone.whole:
        yield Key("phone", phone.whole), 8
    elif _MOBILE.fullmatch(phone.digits.replace("?", "3")) and phone.digits.count("?") <= _UNKNOWN:
        parts = phone.digits.split("?")
        for filled in product("0123456789", repeat=len(parts) - 1):
            number = "".join(a + b for a, b in zip(parts, (*filled, ""), strict=True))
            yield Key("phone", phone.calling + number), 8
    if phone.tail:
        yield Key("tail", phone.tail), 3


def _email_said(email: str) -> Iterator[tuple[Key, float]]:
    mailbox, _, domain = email.partition("@")
    if domain:
        yield Key("email", email), 8
    elif mailbox:
        yield from ((Key("email", f"{mailbox}@{known}"), 7) for known in _DOMAINS)


def _name_said(name: str, folded: str) -> Iterator[tuple[Key, float]]:
    said = heard(name)
    if said.text != folded:
        yield Key("name", said.text), 5.5
    for key in name_keys(said):
        yield key, _WEIGHTS[key.index]
    for sounds in said.sounds:
        yield Key("sound", bag(sounds)), 5
        if "lv" in sounds:
            yield Key("sound", bag("lu" if s == "lv" else s for s in sounds)), 4
        elif said.words and "lu" in sounds:
            yield Key("sound", bag("lv" if s == "lu" else s for s in sounds)), 4
    if said.words:
        yield from ((Key("words", word), 4) for word in _umlauts(said.words))
    if said.core:  # or a long name of a person, without its dot
        yield Key("sound", bag(said.core)), 2
    for units in _cores(said, name):
        yield from ((key, 2.5) for key in organisation_keys(units))


_WEIGHTS = {"sound": 5, "words": 4, "organisation": 4}


def _umlauts(words: tuple[str, ...]) -> Iterator[str]:
    """Give the words as they are stored if ue, oe and ae were written for ü, ö and ä."""
    joined = bag(re.sub("(?<=[aou])e", "", word) for word in words)
    if joined != bag(words):
        yield joined


def _cores(said: Heard, name: str) -> Iterator[tuple[str, ...]]:
    """Give what an organisation's core may be, of a name with or without a legal form."""
    whole = said.core or core(name)
    if len(whole) > 1 or said.words:
        yield whole
    # A place that no list knows may stand before the core.
    yield from (whole[start:] for start in (1, 2, 3) if len(whole) - start > _SHORT and said.core)


# ---------------------------------------------------------------- slips of it


def _slips(remembered: Remembered) -> Iterator[tuple[Key, float]]:
    if remembered.id_number:
        for number in miscopied(_plain(remembered.id_number)):
            yield Key("id_number", number), 7
    if remembered.phone:
        phone = dialled(remembered.phone, remembered.country)
        yield from ((Key("phone", phone.calling + n), 5) for n in _redialled(phone.national))
    if remembered.email:
        yield from _email_slips(_plain(remembered.email).lower())
    if remembered.name:
        yield from _name_slips(heard(remembered.name))


def _redialled(national: str) -> Iterator[str]:
    if not national:
        return
    if _MOBILE.fullmatch(national):
        yield from filter(_MOBILE.fullmatch, misdialled(national))
        return
    yield from misdialled(national)
    yield from with_one_less(national)
    yield from with_one_more(national)


def _email_slips(email: str) -> Iterator[tuple[Key, float]]:
    mailbox, _, domain = email.partition("@")
    if not domain:
        return
    yield from ((Key("email", f"{mailbox}@{known}"), 4) for known in _DOMAINS)
    if len(mailbox) <= _LONG:
        yield from ((Key("email", f"{m}@{domain}"), 3) for m in misspelt(mailbox, _MAILBOX))
    yield from ((Key("email", f"{mailbox}@{d}"), 3) for d in misspelt(domain, "") if "." in d)


def _name_slips(said: Heard) -> Iterator[tuple[Key, float]]:
    if said.core:
        yield from _organisation_slips(said.core)
    for text in _misheard_or_misread(said):
        yield Key("name", text), 3
    # All readings of a stored name are kept, so one of this is enough.
    for sounds in said.sounds[: _SHORT if said.words else 1]:
        slips = misremembered(sounds, spelt=bool(said.words))
        yield from ((Key("sound", text), 2 * likely) for text, likely in slips)
    if said.words:
        yield from _word_slips(said)
        yield from _pinyin_slips(said)


def _misheard_or_misread(said: Heard) -> Iterator[str]:
    """Give Han names that sound or look like this one but for one character, or like short pinyin.

    By its sound alone a frequent name would hide a rare one: 张玮 among thousands of 张伟.
    """
    if not said.words:
        for place, sound in enumerate(said.sounds[0] if said.sounds else ()):
            before, character, after = said.text[:place], said.text[place], said.text[place + 1 :]
            others = homophones().get(sound, "") + look_alikes(character)
            yield from (before + other + after for other in others)
    for sounds in said.sounds if said.words else ():
        if len(sounds) == _SHORT:
            for surname, given in (sounds, sounds[::-1]):
                yield from map("".join, product(surnames(surname), homophones().get(given, "")))


def _organisation_slips(units: tuple[str, ...]) -> Iterator[tuple[Key, float]]:
    for text, likely in misheard(units, change_from=_SHORT):
        yield Key("organisation", text), 2 * likely
    if units[0].isascii() and units[0] not in homophones():
        for near in misspelt(units[0]):
            yield Key("organisation", bag((near, *units[1:]))), 2
            yield Key("organisation", near), 1.5


def _word_slips(said: Heard) -> Iterator[tuple[Key, float]]:
    words = said.words
    for place, word in enumerate(words):
        others = words[:place] + words[place + 1 :]
        if len(others) > 1 or (others and said.initials):
            yield Key("words", bag(others)), 1.8
        if _SHORT < len(word) <= _LONG:
            near = [bag((*others, w)) for w in misspelt(word) if w]
            yield from ((Key("words", text), 1.6) for text in near)
            if not place:  # by the first word alone an organisation is found as it is
                yield from ((Key("organisation", text), 0.7) for text in near)


def _pinyin_slips(said: Heard) -> Iterator[tuple[Key, float]]:
    """Give the syllables that misspelt pinyin may stand for, and what initials may."""
    letters = "".join((*said.words, *said.initials))
    if len(letters) > _LONG or _reads_well(said):
        return
    for place, word in enumerate(said.words):
        before, after = said.words[:place], said.words[place + 1 :]
        if all(map(is_pinyin, (*before, *after))):
            for near in filter(is_pinyin, misspelt(word)):
                for sounds in spellings((*before, near, *after)):
                    yield Key("sound", bag(sounds)), 1.7
    if not said.sounds:
        for sounds in islice(abbreviated(letters), MOST):
            yield Key("sound", bag(sounds)), 1.9


def _reads_well(said: Heard) -> bool:
    """Tell whether words are likely pinyin as they stand: short, no syllable beginning in a vowel.

    A slip that leaves it so changes one syllable, which is thought of anyway.
    """
    return any(
        len(sounds) <= _SYLLABLES and not any(s[0] in "aeo" for s in sounds[1:])
        for sounds in said.sounds
    )
