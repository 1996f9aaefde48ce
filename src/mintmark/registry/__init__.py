"""The register's verbs: publish, mint, register, resolve, find.

`register` is the open register that people hold. `registering` registers many as one unit of work:
`look` asks who is known, `admit` decides, purely, who is new (`deciding` for the batch as a whole),
and the new are written and numbered; `outcome` is what comes of it. `lookup` finds again.
`rulebook` keeps the rules from draft to successor; `ruling` says which of them numbers a customer,
`given` which codes may be brought along, `simulate` what a rule would make of the customers.
"""

from mintmark.registry.lookup import Found
from mintmark.registry.outcome import Alike, Outcome, Record, Refused, Registered
from mintmark.registry.register import Register, Status
from mintmark.registry.rulebook import Rulebook
from mintmark.registry.simulate import Simulation
from mintmark.store import Draft, Published, Usage

__all__ = [
    "Alike",
    "Draft",
    "Found",
    "Outcome",
    "Published",
    "Record",
    "Refused",
    "Register",
    "Registered",
    "Rulebook",
    "Simulation",
    "Status",
    "Usage",
]
