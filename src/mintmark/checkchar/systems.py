"""The ten systems, by slug, with their sources.

========  =======================================  ===================================
slug      source                                   catches every
========  =======================================  ===================================
11-2      ISO/IEC 7064:2003, MOD 11-2 (pure)       single, transposition, jump, twin
37-2      ISO/IEC 7064:2003, MOD 37-2 (pure)       single, transposition, jump, twin
97-10     ISO/IEC 7064:2003, MOD 97-10 (pure);     of digits: single, transposition,
          letters as in ISO 17442 and ISO 13616    jump, twin
11-10     ISO/IEC 7064:2003, MOD 11,10 (hybrid)    single
37-36     ISO/IEC 7064:2003, MOD 37,36 (hybrid)    single
luhn      ISO/IEC 7812-1; H. P. Luhn, US 2950048   single
luhn-36   the same with base 36 ("Luhn mod N")     single
damm      H. M. Damm, Total anti-symmetrische      single, transposition
          Quasigruppen, Marburg 2004
verhoeff  J. Verhoeff, Error Detecting Decimal     single, transposition
          Codes, Amsterdam 1969
gs1       GS1 General Specifications, "Standard    single
          check digit calculations" (mod 10)
========  =======================================  ===================================

What is missed, found by trying all: 11-10 and 37-36 miss 2.2 % and 0.16 % of all transpositions,
each of two neighbours in the alphabet (12 for 21); luhn misses 09 for 90 and the twins 22 for 55,
33 for 66, 44 for 77; gs1 both kinds where the digits differ by 5; luhn and gs1 every jump. 97-10
reads B1 and 1B alike (both are 111), M2 and 2M, X3 and 3X, and may miss a digit for a letter.

The check of 37-2 may be "*", which is no part of a canonical code; that of 37-36 is a letter or
digit always.

>>> " ".join(system.compute("1234567890") for system in SYSTEMS.values())
'8 3 J I 92 3 7 6 2 5'
"""

import string
from types import MappingProxyType

from mintmark.checkchar.machine import Machine, build
from mintmark.checkchar.system import System

DIGITS = string.digits
ALPHANUMERIC = string.digits + string.ascii_uppercase

# The quasigroup of order 10 that is in common use.
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip

# The permutation of Verhoeff's that is in common use; each place uses one power more of it.
_VERHOEFF = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _pure(modulus: int, checks: str) -> Machine:
    """Double and add; body and check together leave the remainder 1."""
    return build(
        checks[: modulus - 1],
        states=modulus,
        step=lambda state, value, _: (2 * state + value) % modulus,
        answer=lambda state: checks[(1 - 2 * state) % modulus],
    )


def _hybrid(alphabet: str) -> Machine:
    """Add modulo N, double modulo N + 1; the state is never 0, so N is written for it."""
    n = len(alphabet)
    return build(
        alphabet,
        states=n + 1,
        start=n,
        step=lambda state, value, _: ((state + value) % n or n) * 2 % (n + 1),
        answer=lambda state: alphabet[(1 - state) % n],
    )


def _two_digits() -> Machine:
    """Read the body as one long number, letters as 10 to 35; with its check it leaves 1."""
    return build(
        ALPHANUMERIC,
        states=97,
        step=lambda state, value, _: (state * (10 if value < 10 else 100) + value) % 97,  # noqa: PLR2004 - digits have one digit
        answer=lambda state: f"{98 - state * 100 % 97:02}",
    )


def _luhn(alphabet: str) -> Machine:
    """Every second value from the check is doubled, its digits added; the sum is divisible."""
    n = len(alphabet)
    return build(
        alphabet,
        states=n,
        period=2,
        step=lambda state, value, place: (
            (state + (sum(divmod(2 * value, n)) if place % 2 else value)) % n
        ),
        answer=lambda state: alphabet[-state % n],
    )


def _gs1() -> Machine:
    """Weights 3 and 1 by turns from the check; the sum is divisible by ten."""
    return build(
        DIGITS,
        states=10,
        period=2,
        step=lambda state, value, place: (state + value * (3 if place % 2 else 1)) % 10,
        answer=lambda state: str(-state % 10),
    )


def _damm() -> Machine:
    """Walk through a totally anti-symmetric quasigroup whose diagonal is 0."""
    return build(
        DIGITS, states=10, step=lambda state, value, _: int(_DAMM[state][value]), answer=str
    )


def _verhoeff() -> Machine:
    """Multiply in the group of the pentagon, each place permuted once more than the one before."""
    powers = [tuple(range(10))]
    for _ in range(7):
        powers.append(tuple(_VERHOEFF[value] for value in powers[-1]))
    return build(
        DIGITS,
        states=10,
        period=8,
        step=lambda state, value, place: _pentagon(powers[place][value], state),
        answer=lambda state: next(check for check in DIGITS if _pentagon(int(check), state) == 0),
    )


def _pentagon(one: int, other: int) -> int:
    """Multiply in the dihedral group D5: 0 to 4 are rotations, 5 to 9 reflections."""
    turn = one - other if one >= 5 else one + other  # noqa: PLR2004 - a pentagon
    return turn % 5 + 5 * ((one >= 5) != (other >= 5))  # noqa: PLR2004


def _system(slug: str, alphabet: str, machine: Machine, *, more: str = "") -> System:
    return System(
        slug=slug, alphabet=alphabet, check_alphabet=alphabet + more, width=1, machine=machine
    )


_ALL = (
    _system("11-2", DIGITS, _pure(11, DIGITS + "X"), more="X"),
    _system("11-10", DIGITS, _hybrid(DIGITS)),
    _system("37-2", ALPHANUMERIC, _pure(37, ALPHANUMERIC + "*"), more="*"),
    _system("37-36", ALPHANUMERIC, _hybrid(ALPHANUMERIC)),
    System(
        slug="97-10",
        alphabet=ALPHANUMERIC,
        check_alphabet=DIGITS,
        width=2,
        machine=_two_digits(),
    ),
    _system("luhn", DIGITS, _luhn(DIGITS)),
    _system("luhn-36", ALPHANUMERIC, _luhn(ALPHANUMERIC)),
    _system("damm", DIGITS, _damm()),
    _system("verhoeff", DIGITS, _verhoeff()),
    _system("gs1", DIGITS, _gs1()),
)

SYSTEMS = MappingProxyType({system.slug: system for system in _ALL})
