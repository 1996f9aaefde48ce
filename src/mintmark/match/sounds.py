"""How names sound: Han characters and pinyin as the same toneless syllables.

Characters are read one by one, for names are no words: what has several readings in names is given
in all of them, the likeliest first. ``v`` stands for ü, as on keyboards.

>>> readings("曾伟")
(('zeng', 'wei'), ('ceng', 'wei'))
>>> spellings(("zhangwei",)), spellings(("lü", "xian"))
((('zhang', 'wei'),), (('lv', 'xian'), ('lv', 'xi', 'an')))
>>> spellings(("smith",))
()
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from itertools import chain, islice, product
from unicodedata import combining, normalize

from mintmark.text import COMPOUND_SURNAMES, HAN, SURNAMES, WORDS

Sounds = tuple[str, ...]

# Characters of given names that people read in two ways.
_HETERONYMS = {
    "长": "chang zhang", "長": "chang zhang", "乐": "le yue", "樂": "le yue", "行": "xing hang",
    "重": "chong zhong", "朝": "chao zhao", "茜": "qian xi", "莎": "sha suo", "盛": "sheng cheng",
    "晟": "sheng cheng", "娜": "na nuo", "单": "dan shan", "柏": "bai bo", "曾": "zeng ceng",
    "藏": "cang zang", "传": "chuan zhuan", "都": "du dou", "降": "xiang jiang", "校": "xiao jiao",
    "偲": "si cai", "禅": "chan shan", "贾": "jia gu", "沈": "shen chen", "炅": "jiong gui",
}  # fmt: skip
_LEVELS = range(0xB0, 0xF8), range(0xA1, 0xFF)  # rows and cells of GB 2312
_NAMES = 4  # readings of one name that are told apart
_LONGEST = 6  # letters of a syllable, as in "zhuang", and syllables of a name
_SEPARATORS = re.compile(r"['’`]")


class _Reading(dict[str, str]):
    """Character → its usual reading; each is looked up once."""

    def __missing__(self, character: str) -> str:
        said = _dictionary().get(ord(character))
        self[character] = _toneless(said.partition(",")[0]) if said else character
        return self[character]


@cache
def _dictionary() -> dict[int, str]:
    """Give code point → the readings of a character, with tones.

    It is one module of its package, which as a whole loads its words, too: a hundred megabytes.
    """
    package = find_spec("pypinyin")
    folders = package.submodule_search_locations if package else None
    found = PathFinder.find_spec("pinyin_dict", folders)
    if found is None or found.loader is None:
        raise ModuleNotFoundError(name="pypinyin.pinyin_dict")
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return dict(module.pinyin_dict)


def _toneless(syllable: str) -> str:
    """Leave the tone out.

    >>> _toneless("lǜ"), _toneless("zhēn"), _toneless("ế")
    ('lv', 'zhen', 'e')
    """
    letters = normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in letters if not combining(letter))


_READING = _Reading({c: said.split()[0] for c, said in _HETERONYMS.items()})
_SEVERAL = frozenset(chain(_HETERONYMS, SURNAMES, (name[0] for name in COMPOUND_SURNAMES)))


def read(han: str) -> Sounds:
    """Give how Han characters usually sound, one by one.

    >>> read("大华机械")
    ('da', 'hua', 'ji', 'xie')
    """
    return tuple(map(_READING.__getitem__, han))


def sole_reading(character: str) -> str | None:
    """Give how a character sounds, wherever it stands in a name; None if it has several readings.

    >>> sole_reading("伟"), sole_reading("曾")
    ('wei', None)
    """
    return None if character in _SEVERAL else _READING[character]


def readings(han: str) -> tuple[Sounds, ...]:
    """Give how a person's Han name may sound, the likeliest first; surnames have readings apart."""
    if _SEVERAL.isdisjoint(han):
        return (read(han),)
    return tuple(islice(product(*_choices(han)), _NAMES))


def spoken(text: str) -> Sounds:
    """Give how a text sounds: Han characters one by one, other words as they are.

    >>> spoken("曾小明"), spoken("华东 Region 2")
    (('zeng', 'xiao', 'ming'), ('hua', 'dong', 'region', '2'))
    """
    said: list[str] = []
    for word in WORDS.findall(normalize("NFKC", text).casefold()):
        if not HAN.match(word):
            said.append(word)
        else:
            said.extend(read(word) if said else readings(word)[0])
    return tuple(said)


def _choices(han: str) -> Iterator[Iterable[str]]:
    surname = COMPOUND_SURNAMES.get(han[:2])
    yield from ((sound,) for sound in surname or ())
    if surname is None:
        yield SURNAMES.get(han[0]) or _several(han[0])
    for character in han[2 if surname else 1 :]:
        yield _several(character)


def _several(character: str) -> Iterable[str]:
    said = _HETERONYMS.get(character)
    return said.split() if said else (_READING[character],)


@cache
def homophones() -> dict[str, str]:
    """Give syllable → the characters of GB 2312 that sound so; its keys are all syllables."""
    found: dict[str, list[str]] = {}
    for row, cell in product(*_LEVELS):
        character = bytes((row, cell)).decode("gb2312", errors="ignore")
        if len(character) == 1:
            for sound in {_READING[character], *_several(character)}:
                found.setdefault(sound, []).append(character)
    del found["n"]  # a grunt: 嗯
    return {sound: "".join(characters) for sound, characters in found.items()}


@cache
def _syllables() -> dict[str, str]:
    """Give every syllable as it may be spelt → as we spell it; passports write YU for ü."""
    umlauts = {"lü": "lv", "lyu": "lv", "nü": "nv", "nyu": "nv", "lüe": "lve", "nüe": "nve"}
    return {sound: sound for sound in homophones()} | umlauts


@cache
def _pinyin() -> re.Pattern[str]:
    every = sorted(_syllables(), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(every)}|['’`])+")


def is_pinyin(word: str) -> bool:
    """Tell whether a word can be cut into syllables: much faster than to cut it."""
    return _pinyin().fullmatch(word) is not None


@lru_cache(maxsize=65536)
def segmentations(word: str) -> tuple[Sounds, ...]:
    """Give the ways to cut a word into syllables, those that the spelling rules allow first.

    By GB/T 16159 an apostrophe stands before a syllable within a word that begins with a vowel.

    >>> segmentations("fangan"), segmentations("xi'an"), segmentations("lyu")
    ((('fan', 'gan'), ('fang', 'an')), (('xi', 'an'),), (('lv',),))
    """
    if not is_pinyin(word):
        return ()
    parts = [tuple(_cuts(part, _LONGEST)) for part in _SEPARATORS.split(word) if part]
    whole = [tuple(chain(*cut)) for cut in product(*parts)]
    return tuple(sorted(filter(None, whole), key=_vowels_within)[:_NAMES])


def _vowels_within(cut: Sounds) -> tuple[int, int]:
    return sum(syllable[0] in "aeo" for syllable in cut[1:]), len(cut)


def _cuts(word: str, most: int) -> Iterator[Sounds]:
    if not word:
        yield ()
    elif most:
        syllables = _syllables()
        for end in range(1, min(len(word), _LONGEST) + 1):
            if said := syllables.get(word[:end]):
                yield from ((said, *rest) for rest in _cuts(word[end:], most - 1))


def spellings(words: tuple[str, ...]) -> tuple[Sounds, ...]:
    """Give the ways to read words as a Chinese name of two to six syllables; none if it is none.

    A word that is one syllable is a surname, and no name of two syllables.
    """
    if len(words) == 1 and words[0] in _syllables():
        return ()
    each = [segmentations(word) for word in words]
    if not all(each):
        return ()
    whole = (tuple(chain(*cut)) for cut in islice(product(*each), 2 * _NAMES))
    return tuple(sorted((cut for cut in whole if 1 < len(cut) <= _LONGEST), key=len))


def bag(sounds: Iterable[str]) -> str:
    """Give syllables or words in an order that is always the same.

    >>> bag(("wei", "zhang")) == bag(("zhang", "wei"))
    True
    """
    return " ".join(sorted(sounds))
