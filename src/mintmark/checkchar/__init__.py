"""Check characters (校验码): the last character tells whether those before it were copied right.

Ten systems by slug, the same two verbs each: compute, verify. Pure: no I/O, no clock, no dice.
Texts are codes in canonical form: upper case, letters and digits only, the check at the end.

>>> from mintmark.checkchar import SYSTEMS, corrections, strength
>>> system = SYSTEMS["37-36"]
>>> system.compute("VBJ2023100100001")
'V'
>>> system.verify("VBJ2023100100001V")
'VBJ2023100100001V'

A code that does not verify was mistyped; what it may have been is few enough to look up:

>>> digits = "0123456789"
>>> list(corrections(SYSTEMS["damm"], "5274", alphabet=digits))
['6274', '5574', '5214', '5272', '5724']

How much a system catches, on codes such as one's own, decides which one to take:

>>> strength(SYSTEMS["luhn"], ["7992739871", "4000056655665556"]).jump
0.0
>>> strength(SYSTEMS["11-2"], ["7992739871", "4000056655665556"]).jump
1.0

`system` holds the verbs, `systems` the ten definitions with their sources, `machine` what they
have in common, `columns` the same for a million codes at once, `slips` how people mistype.
"""

from mintmark.checkchar.slips import Strength, corrections, strength
from mintmark.checkchar.system import System
from mintmark.checkchar.systems import SYSTEMS

__all__ = ["SYSTEMS", "Strength", "System", "corrections", "strength"]
