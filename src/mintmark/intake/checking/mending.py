r"""Put right what spreadsheets and other programs leave in cells, and refuse what they spoilt.

>>> mend("phone", "\u202d13875014587\u202c"), mend("date", '="2023-10-01"')
(('13875014587', ('invisible',)), ('2023-10-01', ('formula-text',)))
>>> mend("phone", "１３８７５０１４５８７"), mend("text", "Ａ座")
(('１３８７５０１４５８７', ('full-width',)), ('Ａ座', ()))
>>> mend("text", "#REF!")
Traceback (most recent call last):
    ...
mintmark.errors.doubts.ErrorCell: error-cell (value='#REF!')
"""

import re
import unicodedata

from mintmark.errors import ErrorCell, LostCharacters, ReversedText
from mintmark.text import clean

MENDINGS = ("invisible", "full-width", "formula-text", "apostrophe", "excel-day")
"""What may have been mended of a value."""

# Of Excel, its kin in Chinese offices, Google Sheets and LibreOffice; ### is too narrow a column.
_ERROR = re.compile(
    r"#(?:N/?A|REF!?|VALUE!?|DIV/0!?|NAME\??|NUM!?|NULL!?|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!"
    r"|UNKNOWN!|BUSY!|PYTHON!|EXTERNAL!|GETTING_DATA|ERROR!|#+)|Err:\d{3}",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'="([^"]*)"')
_LOST = "\ufffd"
_REVERSING = "\u202e"  # RIGHT-TO-LEFT OVERRIDE: letters are drawn last to first
_WIDE = re.compile(r"[\uff01-\uff5e\u3000]")


def mend(kind: str, text: str) -> tuple[str, tuple[str, ...]]:
    """Give the text to be read as a value of this kind, and what of `MENDINGS` was done.

    Raises ErrorCell, LostCharacters or ReversedText.
    """
    if _ERROR.fullmatch(text):
        raise ErrorCell(value=text)
    if _LOST in text:
        raise LostCharacters(value=text)
    if _REVERSING in text:
        raise ReversedText(value=text)
    done: list[str] = []
    if any(map(_is_invisible, text)):
        done.append("invisible")
    given = clean(text)
    if quoted := _QUOTED.fullmatch(given):
        done.append("formula-text")
        given = clean(quoted[1])
    if kind not in ("text", "names"):
        # Names and addresses keep their width; all else is written in half width.
        if _WIDE.search(given):
            done.append("full-width")
        if given.startswith("'"):
            done.append("apostrophe")
            given = given.removeprefix("'").lstrip()
    return given, tuple(done)


def _is_invisible(character: str) -> bool:
    category = unicodedata.category(character)
    return category in ("Cc", "Cf", "Cs", "Co") and not character.isspace()
