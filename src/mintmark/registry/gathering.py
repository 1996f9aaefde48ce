"""Equal requests of many clients become one for many codes; each gets its own (pure).

>>> from mintmark.customer import Customer
>>> from mintmark.registry.outcome import Record
>>> keep = Keep(attributes=Customer(name="", type="VIP"), holder="anna")
>>> gathered = gather([keep, Record(customer=Customer(name="张伟")), keep])
>>> [one.count if isinstance(one, Keep) else 1 for one in gathered.asked]
[2, 1]
>>> said = [Kept(codes=("V1", "V2")), Kept(codes=("V3",))]
>>> [one.codes for one in gathered.deal(said)]
[('V1',), ('V3',), ('V2',)]
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mintmark.registry.outcome import Asked, Keep, Kept, Outcome, Refused


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is asked, and which of it each client has asked for."""

    asked: list[Asked]
    places: list[int]

    def deal(self, said: Sequence[Outcome | Kept]) -> list[Outcome | Kept]:
        """Give each client its own answer; codes go in the order in which they were asked for.

        A refusal is given to all who asked together: `refused` tells who they are.
        """
        if len(self.asked) == len(self.places):
            return list(said)
        dealt = {at: iter(one.codes) for at, one in enumerate(said) if isinstance(one, Kept)}
        return [Kept(codes=(next(dealt[at]),)) if at in dealt else said[at] for at in self.places]

    def refused(self, said: Sequence[Outcome | Kept]) -> list[int]:
        """Give the clients who were refused together: alone, some of them may be served."""
        many = Counter(self.places)
        return [
            place
            for place, at in enumerate(self.places)
            if many[at] > 1 and isinstance(said[at], Refused)
        ]


def gather(asked: Sequence[Asked]) -> Gathered:
    """Put the same requests together: they are the same object where nothing sets them apart."""
    order: dict[int, int] = {}
    groups: list[list[Asked]] = []
    places: list[int] = []
    for one in asked:
        at = order.setdefault(id(one), len(groups))
        if at == len(groups):
            groups.append([])
        groups[at].append(one)
        places.append(at)
    return Gathered([_one_of(group) for group in groups], places)


def _one_of(group: list[Asked]) -> Asked:
    first = group[0]
    if len(group) == 1 or not isinstance(first, Keep):
        return first
    return replace(first, count=len(group))
