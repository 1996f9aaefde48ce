"""One check-character system and its verbs."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mintmark.checkchar.machine import Machine
from mintmark.errors import CheckFailed

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """How a check is computed, and from which characters.

    `alphabet` has the characters a body may have, `check_alphabet` those a check may have
    (sometimes one more), `width` is the number of check characters, which stand at the end.

    >>> from mintmark.checkchar import SYSTEMS
    >>> SYSTEMS["11-2"].check_alphabet, SYSTEMS["97-10"].width
    ('0123456789X', 2)
    """

    slug: str
    alphabet: str
    check_alphabet: str
    width: int = 1
    machine: Machine = field(repr=False, compare=False)

    def fits(self, body: str) -> bool:
        """Tell whether the body can have a check: not empty, and all of it in the alphabet.

        >>> from mintmark.checkchar import SYSTEMS
        >>> SYSTEMS["damm"].fits("572"), SYSTEMS["damm"].fits("V572"), SYSTEMS["damm"].fits("")
        (True, False, False)
        """
        return bool(body) and not body.strip(self.alphabet)

    def compute(self, body: str) -> str:
        """Give the check of a body: `width` characters. Raises ValueError if it does not fit.

        >>> from mintmark.checkchar import SYSTEMS
        >>> SYSTEMS["97-10"].compute("213800WSGIIZCXF1P5")
        '72'
        """
        check = self.machine.answer(body)
        if not check:
            raise ValueError(body)
        return check

    def verify(self, code: str) -> str:
        """Give the code back if its check belongs there, else raise CheckFailed.

        Its `expected` is the check that would belong there, or "" if no check could: the body is
        empty or does not fit. Of 97-10, only the checks that `compute` gives (02 to 98) verify:
        00, 01 and 99 would be second spellings of 97, 98 and 02.

        >>> from mintmark.checkchar import SYSTEMS
        >>> SYSTEMS["damm"].verify("5724")
        '5724'
        >>> SYSTEMS["damm"].verify("5742")
        Traceback (most recent call last):
        mintmark.errors.codes.CheckFailed: check-failed (code='5742', expected='3')
        """
        expected = self.machine.answer(code[: -self.width])
        if not expected or code[-self.width :] != expected:
            raise CheckFailed(code=code, expected=expected)
        return code

    def compute_many(self, bodies: "pl.Series") -> "pl.Series":
        """Give the checks of a column of bodies (String), row by row; a null stays null.

        Raises ValueError with the first body that does not fit.

        >>> import polars as pl
        >>> from mintmark.checkchar import SYSTEMS
        >>> SYSTEMS["luhn"].compute_many(pl.Series(["7992739871", "18", None])).to_list()
        ['3', '2', None]
        """
        from mintmark.checkchar import columns  # noqa: PLC0415 - one code needs no polars, no numpy

        return columns.compute(self.machine, bodies)

    def verify_many(self, codes: "pl.Series") -> "pl.Series":
        """Tell of a column of codes (String) which verify (Boolean), row by row; a null stays null.

        >>> import polars as pl
        >>> from mintmark.checkchar import SYSTEMS
        >>> SYSTEMS["luhn"].verify_many(pl.Series(["182", "812", "18Z", "", None])).to_list()
        [True, False, False, False, None]
        """
        from mintmark.checkchar import columns  # noqa: PLC0415 - one code needs no polars, no numpy

        return columns.verify(self.machine, codes, width=self.width)
