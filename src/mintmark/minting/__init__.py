"""Minting (铸码): where numbers are taken.

`take` moves the counters on, last of all in a unit of work, and only for those that survived every
check. So a number is used up if, and only if, its code is committed.
"""

from mintmark.minting.numbers import Dice, Minted, ScopeFull, foresee, take

__all__ = ["Dice", "Minted", "ScopeFull", "foresee", "take"]
