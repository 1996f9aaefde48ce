"""Intake (导入): a spreadsheet of customers in, a code for every one that can have one out.

`reading` opens sources, `layout` finds their tables, `exports` knows those of other programs.
`mapping` says what the columns are, `checking` reads whole columns; `opened` puts that together,
and `looking` shows it before anything is imported. `deciding` tells who each row is, `planning`
makes a plan of it, `entering` foresees or writes it, `applying` carries it out. `report` tells how
it went: `coded` and `refusals` write that into files, `writeback` the codes into the source.
`exporting` writes customers, `templates` a file to fill in, `labels` sheets of labels; `listing`
reads codes to learn rules from.
"""

from mintmark.intake.coded import require_results, result_files, write_coded
from mintmark.intake.deciding import POLICIES, Policy
from mintmark.intake.exporting import export, require_exportable, write_table
from mintmark.intake.headings import fact_named
from mintmark.intake.labels import LAYOUTS, write_labels
from mintmark.intake.listing import read_codes
from mintmark.intake.looking import Seen, look_at
from mintmark.intake.mapping import Proposal
from mintmark.intake.planning import Applying, Plan, plan, resume
from mintmark.intake.refusals import write_refused
from mintmark.intake.report import Outcome, Problem, Report
from mintmark.intake.templates import Blank, write_template
from mintmark.intake.workbooks import require_writable

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
    "require_exportable",
    "require_results",
    "require_writable",
    "result_files",
    "resume",
    "write_coded",
    "write_labels",
    "write_refused",
    "write_table",
    "write_template",
]
