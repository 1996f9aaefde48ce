"""PostgreSQL: the embedded server, the pool, the statements by table, the migrations.

`embedded` runs the server that a folder brings along; `postgres` connects, refuses servers that
could lose what they acknowledged, and brings the tables up to date; `work` is one unit of work and
holds the tables: `rules`, `fields`, `profiles`, `counters`, `codes`, `spans`, `leases`, `requests`,
`events`, `customers`, `loading`, `owners`, `changes`, `crosswalk`, `finding`, `extracts`,
`erasures`, `batches`, `undoings`, `jobs`. `rows` and `copying` write many rows at once.
"""

from mintmark.store.batches import Batch
from mintmark.store.changes import Changed
from mintmark.store.codes import Passport
from mintmark.store.counters import CounterLags, Usage
from mintmark.store.customers import Known, Newcomer
from mintmark.store.erasures import Erasure, LegalHold
from mintmark.store.fields import Declared
from mintmark.store.jobs import Job
from mintmark.store.postgres import Store, connected
from mintmark.store.profiles import Profile, SavedProfile
from mintmark.store.rules import Draft, Published
from mintmark.store.work import Conflict, Overtaken, Work

__all__ = [
    "Batch",
    "Changed",
    "Conflict",
    "CounterLags",
    "Declared",
    "Draft",
    "Erasure",
    "Job",
    "Known",
    "LegalHold",
    "Newcomer",
    "Overtaken",
    "Passport",
    "Profile",
    "Published",
    "SavedProfile",
    "Store",
    "Usage",
    "Work",
    "connected",
]
