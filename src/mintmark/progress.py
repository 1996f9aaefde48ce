"""How far a piece of long work has come; every face shows the same thing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """So many of so many are done."""

    done: int
    total: int
