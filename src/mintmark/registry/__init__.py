"""The register's verbs: publish, mint, hold, lease, register, resolve, find.

`register` is the open register that people hold. `reading` reads what they write, `gathering` makes
one request of many that are alike. `registering` serves what is asked as one unit of work:
`repeating` answers again what was answered before, `look` asks who is known, `admit` decides,
purely, who is new (`deciding` for the unit as a whole), `writing` writes and numbers them;
`outcome` is what is asked and what comes of it. `codes` has the verbs on single codes, `columns`
codes a column, `leasing` hands blocks over, `numbering` is the number ledger, `backfill` codes
those who have none. `keying` has the verbs on keys: `rotating` brings everything under a new one,
`leaking` attacks the indexes. `lookups` are the verbs that look up: `lookup` finds a code again,
`recovering` from whatever is remembered (`slips` says where a mistyped code differs), `finding`
searches (`wanted` reads what for, `cursor` tells where a page ended), `extracting` reads whom it
finds out as columns. `shredding` destroys what is known of a customer, and again after a restore,
by the list of `erasures`; `updating` changes it. `batches` are imports, `bulk` writes their tables
(`meeting` tells whom the rows meet), and `undoing` takes one back. `amending` has these verbs.
`rulebook` keeps the rules from draft to successor; `ruling` says which of them numbers a customer,
`given` which codes may be brought along, `simulate` what a rule would make of the customers.
`fields` declares what is known of customers beside the usual facts, `profiles` keep how files are
imported.
"""

from mintmark.minting.leasing import Lease
from mintmark.minting.verifying import Fault, Verification
from mintmark.registry.backfill import Backfill
from mintmark.registry.extracting import Extract
from mintmark.registry.fields import FieldBook
from mintmark.registry.finding import Page
from mintmark.registry.jobs import JobBook
from mintmark.registry.keying import KeyStanding, KeyStatus
from mintmark.registry.leaking import Leakage
from mintmark.registry.leasing import Returned
from mintmark.registry.lookup import Found
from mintmark.registry.numbering import NumberLedger, Run
from mintmark.registry.outcome import (
    Alike,
    External,
    Keep,
    Kept,
    Outcome,
    Record,
    Refused,
    Registered,
)
from mintmark.registry.profiles import ProfileBook
from mintmark.registry.recovering import Recovered
from mintmark.registry.register import Register
from mintmark.registry.rotating import Rotation
from mintmark.registry.rulebook import Rulebook
from mintmark.registry.shredding import Doomed, Shredded, Shredding
from mintmark.registry.simulate import Simulation
from mintmark.registry.slips import Slip
from mintmark.registry.status import Status
from mintmark.registry.undoing import Stays, Undo, Undoing
from mintmark.registry.updating import Updated
from mintmark.registry.wanted import OF_CODES, Between, Wanted
from mintmark.store import (
    Batch,
    Declared,
    Draft,
    Erasure,
    Job,
    LegalHold,
    Passport,
    Profile,
    Published,
    SavedProfile,
    Usage,
)
from mintmark.store.events import Event
from mintmark.store.extracts import OF_REGISTER
from mintmark.store.finding import STATES
from mintmark.store.leases import Leased
from mintmark.vault.leakage import Leak

__all__ = [
    "OF_CODES",
    "OF_REGISTER",
    "STATES",
    "Alike",
    "Backfill",
    "Batch",
    "Between",
    "Declared",
    "Doomed",
    "Draft",
    "Erasure",
    "Event",
    "External",
    "Extract",
    "Fault",
    "FieldBook",
    "Found",
    "Job",
    "JobBook",
    "Keep",
    "Kept",
    "KeyStanding",
    "KeyStatus",
    "Leak",
    "Leakage",
    "Lease",
    "Leased",
    "LegalHold",
    "NumberLedger",
    "Outcome",
    "Page",
    "Passport",
    "Profile",
    "ProfileBook",
    "Published",
    "Record",
    "Recovered",
    "Refused",
    "Register",
    "Registered",
    "Returned",
    "Rotation",
    "Rulebook",
    "Run",
    "SavedProfile",
    "Shredded",
    "Shredding",
    "Simulation",
    "Slip",
    "Status",
    "Stays",
    "Undo",
    "Undoing",
    "Updated",
    "Usage",
    "Verification",
    "Wanted",
]
