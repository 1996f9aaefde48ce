"""A name as it is heard: how it may sound, its words, and the core if it is an organisation's.

>>> heard("张伟先生").sounds, heard("Dr. John Q. Smith").words
((('zhang', 'wei'),), ('john', 'smith'))
>>> heard("Smith, John Q.").words == heard("John Smith").words
True
"""

import re
import unicodedata
from typing import NamedTuple

from mintmark.match.organisations import core, is_organisation
from mintmark.match.sounds import Sounds, readings, spellings
from mintmark.text import HAN

_TITLE = re.compile(
    r"(?:先生|女士|小姐|太太|夫人|老师|医生|大夫|教授|总经理|经理|主任|师傅|同学|老板)$"
)
_BRACKETS = re.compile(r"[（(【\[].*?(?:[）)】\]]|$)")
_TITLES = frozenset(
    "mr mrs ms miss mx dr prof sir madam herr frau mme mlle sr jr ii iii iv esq phd".split()
)
_WORD = re.compile(r"[^\W_]+(?:['’`][^\W_]+)*")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"})
_PERSON = 4  # Han characters that a person's name has at most, unless there is a dot in it
_DOTS = "·•・‧"
_SURNAME = 1
_ASCII = {code: chr(code).casefold() if chr(code).isalnum() else None for code in range(128)}
# A Han name that needs no more than to be read: it ends neither in a title nor in a legal form.
ENDS = "厂店行社部所院司团心生士姐太人师医夫授理任傅学板"
_PLAIN = re.compile(rf"[\u3400-\u9fff]{{1,2}}(?![{ENDS}])[\u3400-\u9fff]")
_HUMPS = re.compile(r"[A-Z][a-zü']+")


class Heard(NamedTuple):
    """A name: what is left of it without titles, and how it is read; what it is not is empty.

    `sounds` are the ways in which a person's name may sound, `words` the words of a name in other
    scripts (the first name first where a comma shows which it is, `initials` beside them), `core`
    the units of an organisation's name.
    """

    text: str
    sounds: tuple[Sounds, ...] = ()
    words: tuple[str, ...] = ()
    initials: tuple[str, ...] = ()
    core: tuple[str, ...] = ()


def heard(name: str) -> Heard:
    """Take a name apart."""
    if _PLAIN.fullmatch(name):
        return Heard(text=name, sounds=readings(name))
    text = name if name.isascii() else unicodedata.normalize("NFKC", name)
    if is_organisation(text):
        return Heard(text=_letters(text), core=core(text))
    if text.isascii() and "(" not in text:
        return _latin(text)
    text = _BRACKETS.sub("", text).strip(" *?") or text
    han = "".join(HAN.findall(text))
    return _han(han, text) if han else _latin(text)


def _han(han: str, text: str) -> Heard:
    """Hear a name in Han characters: a long one is an organisation's, unless there are dots."""
    if len(han) > _SURNAME + 1:
        han = _TITLE.sub("", han)
    if len(han) > _PERSON and not any(dot in text for dot in _DOTS):
        return Heard(text=_letters(text), core=core(text))
    return Heard(text=han, sounds=readings(han))


def _latin(text: str) -> Heard:
    """Hear a name in letters: the surname last, titles left out, initials apart."""
    before, comma, after = text.partition(",")
    spelt = f"{after} {before}" if comma else text
    words = [word for word in _WORD.findall(spelt.casefold()) if word not in _TITLES]
    plain = words if text.isascii() and "'" not in text else [_letters(word) for word in words]
    return Heard(
        text=_letters(text),
        sounds=_spelt(spelt, words) if len(words) <= _PERSON else (),
        words=tuple(word for word in plain if len(word) > 1),
        initials=tuple(word for word in plain if len(word) == 1),
    )


def _spelt(text: str, words: list[str]) -> tuple[Sounds, ...]:
    """Give the ways to read letters as pinyin; capitals within a word begin another."""
    if len(words) == 1 and (humps := _HUMPS.findall(text)) and "".join(humps) == text.strip():
        return spellings(tuple(map(str.casefold, humps))) or spellings(tuple(words))
    return spellings(tuple(words))


def _letters(text: str) -> str:
    """Give the letters and digits, small, without accents."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
        text = "".join(c for c in text if not unicodedata.combining(c))
        return "".join(filter(str.isalnum, text))
    return text.translate(_ASCII)
