"""Mapping (对应): what each column of a table is, by its heading and by what stands in it.

`content` says what values look like; `propose` weighs that against the headings, or takes what a
saved profile says of a file with these headings.
"""

from mintmark.intake.mapping.content import Look, looks
from mintmark.intake.mapping.proposing import WHYS, Proposal, as_said, propose, settled

__all__ = ["WHYS", "Look", "Proposal", "as_said", "looks", "propose", "settled"]
