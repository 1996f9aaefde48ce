"""The register's verbs: publish, mint, register, resolve, find.

`register` is the open register that people hold; `admit` decides, purely, who of a batch is new;
`registering` does the deciding and the writing as one unit of work; `lookup` finds again.
"""

from mintmark.registry.lookup import Found
from mintmark.registry.register import Register, Status
from mintmark.registry.registering import Alike, Outcome, Record, Refused, Registered
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
