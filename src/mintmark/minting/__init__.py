"""Minting (铸码): where numbers are taken, and where they come back.

`numbers` moves the counters on, last of all in a unit of work, and only for those that survived
every check: so a number is used up if, and only if, its code is committed. `columns` does so for a
million rows at once. `returning` gives numbers back, `leasing` hands over blocks of them.
`allocator` makes one unit of work of all requests that wait; `soon` is what they wait for.
`verifying` proves that every number
is accounted for.
"""

from mintmark.minting.allocator import Allocator
from mintmark.minting.numbers import Dice, Minted, Place, ScopeFull, Taking
from mintmark.minting.soon import Soon

__all__ = ["Allocator", "Dice", "Minted", "Place", "ScopeFull", "Soon", "Taking"]
