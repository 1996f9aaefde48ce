"""Intake (导入): a spreadsheet of customers in, a code for every one that can have one out.

`read` opens files; `headings` finds the table and what its columns are; `check` turns columns into
canonical values and problems; `planning` puts these together into a plan, which can be looked at
before it is applied; `report` tells how it went; `workbooks` writes the result and `exporting` the
whole register. `listing` reads codes to learn rules from.
"""

from mintmark.intake.exporting import export, write_table
from mintmark.intake.headings import fact_named
from mintmark.intake.listing import read_codes
from mintmark.intake.planning import Applying, Plan, plan, resume
from mintmark.intake.report import Outcome, Problem, Report, Row
from mintmark.intake.workbooks import require_writable, write_coded, write_refused

__all__ = [
    "Applying",
    "Outcome",
    "Plan",
    "Problem",
    "Report",
    "Row",
    "export",
    "fact_named",
    "plan",
    "read_codes",
    "require_writable",
    "resume",
    "write_coded",
    "write_refused",
    "write_table",
]
