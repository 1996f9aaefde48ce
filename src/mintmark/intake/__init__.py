"""Intake (导入): a spreadsheet of customers in, a code for every one that can have one out.

`read` opens files; `mapping` says what a table's columns are, `checking` reads whole columns, and
`looking` shows the former before anything is imported; `refusals` writes back what was refused.
Row by row: `headings` finds the table and what its columns are; `check` turns columns into
canonical values and problems; `planning` puts these together into a plan, which can be looked at
before it is applied; `report` tells how it went; `workbooks` writes the result. `exporting` writes
customers into a file, `templates` a file to fill in, `labels` sheets of labels with codes as bars.
`listing` reads codes to learn rules from.
"""

from mintmark.intake.applying import Applying
from mintmark.intake.deciding import POLICIES, Policy
from mintmark.intake.exporting import export, write_table
from mintmark.intake.headings import fact_named
from mintmark.intake.labels import LAYOUTS, write_labels
from mintmark.intake.listing import read_codes
from mintmark.intake.looking import Seen, look_at
from mintmark.intake.mapping import Proposal
from mintmark.intake.planning import Plan, plan
from mintmark.intake.report import Outcome, Problem, Report
from mintmark.intake.templates import Blank, write_template
from mintmark.intake.workbooks import require_writable, write_coded, write_refused

__all__ = [
    "LAYOUTS",
    "POLICIES",
    "Applying",
    "Blank",
    "Outcome",
    "Plan",
    "Policy",
    "Problem",
    "Proposal",
    "Report",
    "Seen",
    "export",
    "fact_named",
    "look_at",
    "plan",
    "read_codes",
    "require_writable",
    "write_coded",
    "write_labels",
    "write_refused",
    "write_table",
    "write_template",
]
