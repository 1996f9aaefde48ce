"""How far the sheets of an .ods reach: one cell may say that it is repeated a billion times.

Source: OASIS OpenDocument 1.3 part 3, 19.675 (number-columns-repeated) and 19.679 (…-rows-…).
"""

import re
import zipfile
from dataclasses import dataclass

from mintmark.intake.reading import packed
from mintmark.intake.reading.worksheets import Looked, require_bearable

_TAG = re.compile(rb"<table:(table|table-row|table-cell)(\s[^>]*)?>")
_NAME = re.compile(rb'\btable:name="([^"]*)"')
_TIMES = re.compile(rb'\btable:number-(?:rows|columns)-repeated="(\d+)"')


@dataclass(slots=True)
class _Walk:
    file: str
    name: str = ""
    looked: Looked | None = None
    row: int = 0
    times: int = 1
    column: int = 0

    def over(self, tag: bytes, said: bytes) -> None:
        times = int(found[1]) if (found := _TIMES.search(said)) else 1
        if tag == b"table":
            name = _NAME.search(said)
            self.name, self.looked = name[1].decode("utf-8", "replace") if name else "", Looked()
            self.row, self.times = 0, 0
        elif tag == b"table-row":
            self.row, self.times, self.column = self.row + self.times, times, 0
        elif self.looked:
            self.column += times
            if b"office:value-type=" in said:
                self.looked.rows = max(self.looked.rows, self.row + self.times)
                self.looked.columns = max(self.looked.columns, self.column)
                require_bearable(self.looked, self.file, self.name)


def require_whole(archive: zipfile.ZipFile, file: str) -> None:
    """Walk through the content. Raises SheetTooLarge."""
    walk, rest = _Walk(file), b""
    for piece in packed.read(archive, archive.getinfo("content.xml")):
        rest += piece
        cut = rest.rfind(b">") + 1
        for tag, said in _TAG.findall(rest, 0, cut):
            walk.over(tag, said)
        rest = rest[cut:]
