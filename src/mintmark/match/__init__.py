"""How alike two customers are, and how one is found again: evidence first, then a judgement (pure).

Only *certain* evidence makes two rows one customer; whatever is merely likely is for people to
decide. Families share phones and companies share switchboards, so a shared phone alone is nothing;
half of all Chinese names have a namesake, so a shared name alone is nothing either, unless it is
the full name of an organisation.

Two customers are compared by `compare`. Whoever is looked for from memory is found in three steps:
`keys_of` is stored with each customer, `wanted` are the keys to ask for, and `rank` puts those who
were found in order.

>>> from mintmark.customer import Customer
>>> remembered = Remembered(name="章炜", phone="4587")
>>> strong, slips = wanted(remembered)
>>> wei = Customer(name="张伟", phone="+8613875014587")
>>> sorted(key.index for key in strong if key in keys_of(wei))
['sound', 'tail']
>>> [(place, found.grade, found.evidence) for place, found in rank(Asked.of(remembered), [wei])]
[(0, 'probable', ('same-sound', 'same-phone-tail'))]
"""

from mintmark.match.asking import wanted
from mintmark.match.keys import Key, keys_of
from mintmark.match.likeness import CONTACTS, Likeness, compare, name_likeness, names_agree
from mintmark.match.organisations import is_organisation
from mintmark.match.recalling import Asked, Recalled, rank, score
from mintmark.match.remembered import Remembered

__all__ = [
    "CONTACTS",
    "Asked",
    "Key",
    "Likeness",
    "Recalled",
    "Remembered",
    "compare",
    "is_organisation",
    "keys_of",
    "name_likeness",
    "names_agree",
    "rank",
    "score",
    "wanted",
]
