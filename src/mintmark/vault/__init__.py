"""The vault (保险库): facts about people are sealed here, and found again by fingerprints.

`keyring` has the verbs: seal, unseal, rewrap, blind, and the coming and going of keys. `envelope`
is the format of what is sealed, `blind` that of the fingerprints, `suite` the ciphers of either.
`sources` keeps the ring: in a file or in the environment (`keeping` writes it), its secrets wrapped
by a key service if there is one (`transit`).

It turns bytes into bytes: it has no database, knows no customer and asks nobody for the time.
"""

from mintmark.vault.envelope import DATA_KEY, Sealed
from mintmark.vault.key import PURPOSES, Key, Purpose, State, check
from mintmark.vault.keyring import KeyRing
from mintmark.vault.keys import Keys
from mintmark.vault.sources import EnvironmentSource, FileSource, Source, chosen
from mintmark.vault.suite import SUITES, Suite

__all__ = [
    "DATA_KEY",
    "PURPOSES",
    "SUITES",
    "EnvironmentSource",
    "FileSource",
    "Key",
    "KeyRing",
    "Keys",
    "Purpose",
    "Sealed",
    "Source",
    "State",
    "Suite",
    "check",
    "chosen",
]
