"""Equal requests of many clients become one for many codes; each gets its own (pure).

>>> from mintmark.customer import Customer
>>> from mintmark.registry.outcome import Record
>>> keep = Keep(attributes=Customer(name="", type="VIP"), holder="anna")
>>> gathered = gather([keep, Record(customer=Customer(name="张伟")), keep])
>>> [one.count if isinstance(one, Keep) else 1 for one in gathered.asked]
[2, 1]
>>> said = [Kept(codes=("V1", "V2")), Kept(codes=("V3",))]
>>> [one.codes for one in gathered.deal(said, again=list)]
[('V1',), ('V3',), ('V2',)]
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mintmark.registry.outcome import Asked, Keep, Kept, Outcome, Refused, Registered

Said = Outcome | Kept
Answer = Registered | Kept | Exception
Again = Callable[[Sequence[Asked]], Sequence[Said]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is asked, and which of it each client has asked for."""

    asked: list[Asked]
    places: list[int]

    def deal(self, said: Sequence[Said], *, again: Again) -> list[Answer]:
        """Give each client its own answer; codes go in the order in which they were asked for.

        Those who were refused together are asked for `again`, one by one. What goes wrong then is
        their own: the others have their codes.
        """
        dealt = {at: iter(one.codes) for at, one in enumerate(said) if isinstance(one, Kept)}
        answers = [
            Kept(codes=(next(dealt[at]),)) if at in dealt else _answer(said[at])
            for at in self.places
        ]
        together = [
            place
            for place, at in enumerate(self.places)
            if isinstance(said[at], Refused) and self.places.count(at) > 1
        ]
        if together:
            for place, one in zip(together, self._alone(together, again), strict=True):
                answers[place] = one
        return answers

    def _alone(self, together: list[int], again: Again) -> list[Answer]:
        asked = [self.asked[self.places[place]] for place in together]
        single = [replace(one, count=1) if isinstance(one, Keep) else one for one in asked]
        try:
            return [_answer(one) for one in again(single)]
        except Exception as error:  # noqa: BLE001 - it is handed to whoever asked
            return [error] * len(together)


def _answer(said: Said) -> Answer:
    return said.refusal if isinstance(said, Refused) else said


def gather(asked: Sequence[Asked]) -> Gathered:
    """Put the same requests together: they are the same object where nothing sets them apart."""
    each = {id(one): one for one in asked}
    order = {name: at for at, name in enumerate(each)}
    places = [order[id(one)] for one in asked]
    counts = Counter(places)
    return Gathered([_times(one, counts[at]) for at, one in enumerate(each.values())], places)


def _times(one: Asked, count: int) -> Asked:
    return replace(one, count=count) if isinstance(one, Keep) and count > 1 else one
