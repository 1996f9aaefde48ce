"""The register's verbs: publish, mint, register, resolve, find.

`register` is the open register that people hold. `registering` registers many as one unit of work:
`look` asks who is known, `admit` decides, purely, who is new, and the new are written and numbered;
`outcome` is what comes of it. `lookup` finds again.
"""

from mintmark.registry.lookup import Found
from mintmark.registry.outcome import Alike, Outcome, Record, Refused, Registered
from mintmark.registry.register import Register, Status
from mintmark.store import Published

__all__ = [
    "Alike",
    "Found",
    "Outcome",
    "Published",
    "Record",
    "Refused",
    "Register",
    "Registered",
    "Status",
]
