"""Canonical spelling: one form for everything that means the same.

A code is compared in its *canonical form*: compatibility characters folded (Unicode NFKC, UAX #15),
upper case, only letters and digits (and ``*``, the 37th character of ISO/IEC 7064 MOD 37-2).

>>> canonical("ｖ－bj－２０２３１００１－００００１") == canonical("V-BJ-20231001-00001")
True
>>> canonical("v bj 20231001 00001")
'VBJ2023100100001'

A name is compared *folded*; how it sounds is told by its toneless pinyin.

>>> fold(" 程　燕 ") == fold("程燕")
True
>>> syllables("曾小明"), syllables("Zeng, Xiaoming")
(('zeng', 'xiao', 'ming'), ('zeng', 'xiaoming'))
"""

import re
import unicodedata
from functools import lru_cache

# What people type for a dash and Unicode calls a letter: the long-vowel marks of Japanese input.
_DASHES = str.maketrans("", "", "ーｰ〜～")
# The same as below for the letters and digits that nearly all codes are made of, in one step.
_ASCII = {
    ord(character): character.upper() if character.isalnum() or character == "*" else None
    for character in map(chr, range(128))
}
_ALIKE = str.maketrans(
    "OILΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕЅІЈКМНОРСТХУ",
    "011ABEZH1KMN0PTYXABES1JKMH0PCTXY",
)  # fmt: skip
WORDS = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[^\W_\u3400-\u9fff]+")
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")

# pypinyin reads these as common words; as surnames they sound otherwise: the right reading first,
# then what people take it for.
SURNAMES = {
    surname: tuple(said.split())
    for surname, said in {
        "单": "shan dan", "單": "shan dan", "仇": "qiu chou", "曾": "zeng ceng", "解": "xie jie",
        "查": "zha cha", "区": "ou qu", "區": "ou qu", "朴": "piao pu", "缪": "miao mou",
        "繆": "miao mou", "种": "chong zhong", "翟": "zhai di", "盖": "ge gai", "蓋": "ge gai",
        "员": "yun yuan", "員": "yun yuan", "乐": "yue le", "樂": "yue le", "覃": "qin tan",
        "尉": "wei yu", "折": "she zhe", "黑": "he hei", "秘": "bi mi", "洗": "xian xi",
        "召": "shao zhao", "繁": "po fan", "宓": "mi fu", "牟": "mou mu", "么": "yao me",
        "祭": "zhai ji", "隗": "wei kui", "郗": "xi chi", "柏": "bai bo", "重": "chong",
        "句": "gou ju",
    }.items()
}  # fmt: skip
COMPOUND_SURNAMES = {
    surname: tuple(said.split())
    for surname, said in {
        "尉迟": "yu chi", "尉遲": "yu chi", "万俟": "mo qi", "萬俟": "mo qi", "单于": "chan yu",
        "單于": "chan yu", "澹台": "tan tai", "澹臺": "tan tai", "长孙": "zhang sun",
        "長孫": "zhang sun",
    }.items()
}  # fmt: skip


def clean(text: str) -> str:
    r"""Give the text without control characters and stray spaces; its width stays as typed.

    >>> clean(" 北京\u200b（中国）\t公司 ")
    '北京（中国） 公司'
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    kept = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
    )
    return " ".join(kept.split())


def narrow(text: str) -> str:
    """Give the text in half width (NFKC) and clean.

    >>> narrow("１３８　００１３")
    '138 0013'
    """
    return clean(text if text.isascii() else unicodedata.normalize("NFKC", text))


def canonical(code: str) -> str:
    """Give the form in which codes are compared: NFKC, upper case, letters and digits only."""
    if code.isascii():
        return code.translate(_ASCII)
    folded = unicodedata.normalize("NFKC", code).translate(_DASHES).upper()
    return "".join(_digit(c) for c in folded if c.isalnum() or c == "*")


def lookalike(code: str) -> str:
    """Give a canonical code with one character for all that look alike.

    O is 0, I and L are 1, as in D. Crockford's Base 32; Greek and Cyrillic capitals are the Latin
    ones that they are drawn as (Unicode UTS #39, confusables).

    >>> lookalike("KOLI"), lookalike("\u0410\u0392") == lookalike("AB")
    ('K011', True)
    """
    return code.translate(_ALIKE)


def fold(name: str) -> str:
    """Give the form in which names are compared: NFKC, case folded, letters and digits only."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(filter(str.isalnum, folded))


@lru_cache(maxsize=65536)
def syllables(name: str) -> tuple[str, ...]:
    """Give how a name sounds: pinyin without tones for Han characters, other words as they are."""
    # Its dictionaries take a quarter of a second to load, and most runs compare no names.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    heard: list[str] = []
    for word in WORDS.findall(unicodedata.normalize("NFKC", name).casefold()):
        if not HAN.match(word):
            heard.append(word)
            continue
        sounds = lazy_pinyin(word)
        if not heard and word[:2] in COMPOUND_SURNAMES:
            sounds[:2] = COMPOUND_SURNAMES[word[:2]]
        elif not heard and word[0] in SURNAMES:
            sounds[0] = SURNAMES[word[0]][0]
        heard.extend(sounds)
    return tuple(heard)


@lru_cache(maxsize=65536)
def initials(name: str, width: int, pad: str = "X") -> str:
    """Give the first letters of a name's syllables, or of its words, in so many characters.

    Letters of other alphabets than the Latin one are left out; what is too short is filled up.

    >>> initials("曾小明", 2), initials("Zoë O'Brien-Smith", 3), initials("Madonna", 2)
    ('ZX', 'ZOB', 'MX')
    """
    plain = unicodedata.normalize("NFKD", name).replace("ß", "ss")
    stripped = "".join(c for c in plain if not unicodedata.combining(c))
    heads = "".join(sound[0].upper() for sound in syllables(stripped))
    letters = "".join(letter for letter in heads if letter.isascii() and letter.isalpha())
    return letters[:width].ljust(width, pad)


def _digit(character: str) -> str:
    """Write any decimal digit of any script as 0-9; leave the rest."""
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
