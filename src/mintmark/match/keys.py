"""Match keys: the few texts under which a customer is kept, so that damaged facts find them.

Few are stored, for each costs an index row and tells something: who sees the index learns which
rows share a key. So a key is never a surname or a single character; what may be wrong with the
facts that somebody remembers is for the asking side to think of (`asking`).

>>> from mintmark.customer import Customer
>>> keys_of(Customer(name="张伟", phone="+8613875014587"))
(Key(index='sound', text='wei zhang'), Key(index='tail', text='4587'))
>>> set(keys_of(Customer(name="Zhang Wei"))) >= set(keys_of(Customer(name="章炜")))
True
>>> [key.text for key in keys_of(Customer(name="John Q. Smith"))]
['john smith', 'j smith', 's john']
>>> [key.text for key in keys_of(Customer(name="北京大华机械设备有限公司"))]
['bei da hua ji she xie', 'da hua', 'da hua ji xie']
"""

from collections.abc import Iterator
from typing import NamedTuple

from mintmark.customer import Customer
from mintmark.match.names import Heard, heard
from mintmark.match.sounds import bag, homophones

TAIL = 4  # digits of a phone that people remember
_STARTS = (2, 4)  # units of an organisation's core that are a key of their own
_ACRONYM = 3  # words from which on an organisation is called by their initials
_SPOKEN = 2  # ways to read a Latin spelling that are stored


class Key(NamedTuple):
    """A text and the index that it is kept in; each index hashes with a key of its own.

    Match keys are of the indexes `sound` (syllables of a whole name), `words` (words of a name,
    or one of them and the other's initial), `organisation` (core of a name, or its beginning) and
    `tail` (last digits of a phone). `phone`, `email`, `id_number` and `name` are asked only: they
    are kept as exact fingerprints.
    """

    index: str  # type: ignore[assignment]  # a word of ours before one of tuples
    text: str


def keys_of(customer: Customer) -> tuple[Key, ...]:
    """Give the match keys of a customer, without repetition; see `Key` for the indexes."""
    keys = list(name_keys(heard(customer.name)))
    former = customer.former_name
    if former:
        keys += name_keys(heard(former))
    if phone := customer.phone:
        keys.append(Key("tail", phone.partition(";")[0][-TAIL:]))
    return tuple(dict.fromkeys(keys))


def name_keys(name: Heard) -> Iterator[Key]:
    """Give the keys of a name."""
    for sounds in name.sounds[: None if not name.words else _SPOKEN]:
        if len(sounds) > 1:
            yield Key("sound", bag(sounds))
    if name.words:
        yield Key("words", bag(name.words))
        yield from reduced(name)
    if name.core:
        yield from organisation_keys(name.core)


def reduced(name: Heard) -> Iterator[Key]:
    """Give the keys of a name of which one word is known only by its initial."""
    if len(name.words) > 1:
        first, last = name.words[0], name.words[-1]
        yield Key("words", f"{first[0]} {last}")
        yield Key("words", f"{last[0]} {first}")
    elif name.words:
        yield from (Key("words", f"{initial} {name.words[0]}") for initial in name.initials)


def organisation_keys(core: tuple[str, ...]) -> Iterator[Key]:
    """Give the keys of an organisation: its core, how that begins, and its acronym."""
    yield Key("organisation", bag(core))
    for length in _STARTS:
        if length < len(core):
            yield Key("organisation", bag(core[:length]))
    if _is_word(core[0]):
        yield Key("organisation", core[0])
        if len(core) >= _ACRONYM:
            yield Key("organisation", "".join(word[0] for word in core))


def _is_word(unit: str) -> bool:
    """Tell a word, which may stand for an organisation, from a syllable, which may not."""
    return unit not in homophones()
