"""Open a source of rows and read its sheets as text, whatever it is.

`opening` decides by the content; `text`, `workbooks`, `records` (`columnar` and `jsonlines`),
`folders`, `databases` and `frames` are the kinds of source. All give the same `Sheet`: columns of
text, counted as a spreadsheet counts them. What cannot be read without loss is refused, with the
place.
"""

from mintmark.intake.reading.folders import Folder, is_joinable, join
from mintmark.intake.reading.kept import Kept
from mintmark.intake.reading.opening import Place, called, open_source
from mintmark.intake.reading.sheet import Part, Sheet, Source, letter

__all__ = [
    "Folder",
    "Kept",
    "Part",
    "Place",
    "Sheet",
    "Source",
    "called",
    "is_joinable",
    "join",
    "letter",
    "open_source",
]
