"""A key under which a customer is found."""

from typing import NamedTuple


class Key(NamedTuple):
    """A text and the index that it is kept in; each index hashes with a key of its own."""

    index: str  # type: ignore[assignment] # it hides tuple.index, which nobody needs here
    text: str
