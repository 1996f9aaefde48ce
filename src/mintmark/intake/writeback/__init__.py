"""Write back (回写): codes into the file or the database where the customers came from.

A plan first, which tells what stands there already; then the writing, whole or not at all. What
differs from a code is only overwritten when that is asked for.

`places` says where codes go, `files` puts them into a file (`workbook` with `seeing`, `markup`,
`cells` and `parts`; `texts`; `parquet`), `rows` into a table of `databases`; `origins` knows which
code is whose; `readying` puts it all together.
"""

from mintmark.intake.writeback.databases import Target
from mintmark.intake.writeback.files import FilePlan, plan_file
from mintmark.intake.writeback.origins import (
    Origin,
    codes_of_batch,
    codes_of_file,
    codes_of_system,
)
from mintmark.intake.writeback.places import Place, find_place
from mintmark.intake.writeback.readying import Ready, ready_for_file, ready_for_rows
from mintmark.intake.writeback.rows import RowPlan, plan_rows
from mintmark.intake.writeback.texts import Spelling
from mintmark.intake.writeback.weighing import Counts

__all__ = [
    "Counts",
    "FilePlan",
    "Origin",
    "Place",
    "Ready",
    "RowPlan",
    "Spelling",
    "Target",
    "codes_of_batch",
    "codes_of_file",
    "codes_of_system",
    "find_place",
    "plan_file",
    "plan_rows",
    "ready_for_file",
    "ready_for_rows",
]
