"""How much a name resembles one that was said, and in what.

>>> resemblance(Spoken.of("章炜"), "张伟")
(0.82, 'same-sound')
>>> resemblance(Spoken.of("大华机械"), "北京大华机械有限公司")
(0.95, 'same-organisation-core')
>>> resemblance(Spoken.of("Smith, John"), "John Q. Smith")
(0.96, 'same-words')
>>> resemblance(Spoken.of("J. Smith"), "John Smith")
(0.75, 'initials-fit')
"""

from dataclasses import dataclass

from rapidfuzz.distance import OSA

from mintmark.match.looks import look_alikes
from mintmark.match.names import Heard, heard
from mintmark.match.organisations import core
from mintmark.match.sounds import Sounds, bag

Resemblance = tuple[float, str]  # 0 to 1, and the slug of what speaks for it; "": nothing
_NOTHING: Resemblance = (0.0, "")
_SIMILAR = 0.7  # of 1: from here on two spellings are called similar
_unlike = OSA.distance
_alike = OSA.normalized_similarity


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A name that was said, made ready to be compared with many."""

    heard: Heard
    core: tuple[str, ...]
    bags: frozenset[str]  # of all ways to read it
    joined: tuple[str, ...]  # as one word, in the orders in which it may be meant
    sorted: str
    words: str  # the bag of its words

    @classmethod
    def of(cls, name: str) -> "Spoken":
        """Make a name ready."""
        said = heard(name)
        orders = said.sounds or (said.words, said.words[::-1])
        joined = dict.fromkeys("".join(order) for order in orders)
        units = said.sounds[0] if said.sounds else said.words
        return cls(
            heard=said,
            core=said.core or core(name),
            bags=frozenset(map(bag, said.sounds)),
            joined=tuple(joined),
            sorted="".join(sorted(units)),
            words=bag(said.words),
        )


def resemblance(said: Spoken, name: str) -> Resemblance:
    """Compare a name with the one that was said."""
    other = heard(name)
    if said.heard.text == other.text:
        return 1.0, "same-name"
    if other.core or said.heard.core:
        return _of_organisations(said, other)
    if other.sounds:
        latin = bool(other.words)
        if not latin and not said.heard.words:
            return _of_characters(said, other)
        heard_so = max(_of_sounds(said, sounds) for sounds in other.sounds)
        return max(heard_so, _of_words(said, other)) if latin and said.heard.words else heard_so
    return _of_words(said, other) if other.words and said.heard.words else _NOTHING


def _of_characters(said: Spoken, other: Heard) -> Resemblance:
    """Compare two Han names: characters first, then how they sound."""
    one, two = said.heard.text, other.text
    slips, longest = _unlike(one, two), max(len(one), len(two))
    shared = 1 - slips / longest
    if not said.bags.isdisjoint(map(bag, other.sounds)):
        if sorted(one) == sorted(two):
            return 0.94, "word-order"
        return round(0.82 + 0.14 * shared, 4), "same-sound"
    if slips == 1 and _look_alike(one, two):
        return 0.7 + 0.14 * shared, "similar-looking"
    spoken = _alike(said.joined[0], "".join(other.sounds[0]))
    if slips == 1 and longest > 1:
        # A character too few is less often meant than one that is wrong, except in short names.
        return 0.42 + 0.3 * shared + 0.15 * spoken, "one-character-off"
    if len(one) > 1 and one in two:
        return 0.4 + 0.3 * shared, "part-of-name"
    likely = 0.6 * max(shared, spoken * spoken)
    return likely, "similar-name" if spoken >= _SIMILAR else ""


def _look_alike(one: str, two: str) -> bool:
    """Tell whether two names, one of which has one character wrong, look alike."""
    return len(one) == len(two) and all(
        b in look_alikes(a) for a, b in zip(one, two, strict=True) if a != b
    )


def _of_sounds(said: Spoken, sounds: Sounds) -> Resemblance:
    """Compare how two names sound, of which one at least is spelt in letters."""
    spoken = "".join(sounds)
    if bag(sounds) in said.bags:
        return (0.9 if spoken in said.joined else 0.87), "same-sound"
    in_order = max(_alike(joined, spoken) for joined in said.joined) if said.joined else 0.0
    alike = max(in_order, 0.97 * _alike(said.sorted, "".join(sorted(sounds))))
    return 0.85 * alike * alike, "similar-name" if alike >= _SIMILAR else ""


def _of_words(said: Spoken, other: Heard) -> Resemblance:
    """Compare names of words, in any order."""
    words = bag(other.words)
    if words == said.words:
        fitting = not said.heard.initials or not other.initials
        fitting = fitting or said.heard.initials == other.initials
        return (0.96 if fitting else 0.9), "same-words"
    if _initials_fit(said.heard, other) or _initials_fit(other, said.heard):
        return 0.75, "initials-fit"
    joined = "".join(other.words)
    best = max(said.joined, key=lambda order: _alike(order, joined), default="")
    alike = max(_alike(best, joined), _alike(said.words, words))
    if min(_unlike(best, joined), _unlike(said.words, words)) == 1:
        return 0.9 * alike, "one-character-off"
    if set(said.heard.words) < set(other.words):
        return 0.65, "part-of-name"
    return 0.85 * alike * alike, "similar-name" if alike >= _SIMILAR else ""


def _initials_fit(short: Heard, long: Heard) -> bool:
    """Tell whether a name with one whole word and initials stands for the other."""
    if len(short.words) != 1 or not short.initials or short.words[0] not in long.words:
        return False
    heads = [word[0] for word in long.words if word != short.words[0]]
    return any(initial in heads for initial in short.initials)


def _of_organisations(said: Spoken, other: Heard) -> Resemblance:
    """Compare what the organisations are called at heart; a person may be asked for as one."""
    one, two = said.core, other.core or (other.sounds[0] if other.sounds else other.words)
    if not one or not two:
        return _NOTHING
    if one == two or bag(one) == bag(two):
        alike = 0.95 if said.heard.text in other.text else _alike(said.heard.text, other.text)
        core_slug = "same-organisation-core" if other.core else "same-sound"
        return max(0.9, min(alike, 0.95)), core_slug
    units, letters = _alike(one, two), _alike(said.heard.text, other.text)
    if _unlike(one, two) == 1:
        return 0.55 + 0.3 * units + 0.05 * letters, "one-character-off"
    if " ".join(one) in " ".join(two) or _acronym(two) == one[0]:
        return 0.6 + 0.25 * units, "part-of-name"
    alike = max(units, letters)
    return 0.8 * alike * alike, "similar-name" if alike >= _SIMILAR else ""


def _acronym(words: Sounds) -> str:
    return "".join(word[0] for word in words)
