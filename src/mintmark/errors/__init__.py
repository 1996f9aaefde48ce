"""Every refusal: a stable slug for machines and typed facts for sentences; no prose, no HTTP.

A refusal is also a `ValueError`, `LookupError` or `RuntimeError`, for callers who know nothing of
Mintmark. The sentence a person reads is in the catalogues, under ``refusal.<slug>``, with the way
out under ``refusal.<slug>.way-out``.

>>> try:
...     raise UnknownCode(code="V-BJ-20231001-99999")
... except LookupError as refusal:
...     print(refusal)
unknown-code (code='V-BJ-20231001-99999')
"""

from mintmark.errors.codes import (
    CodeTaken,
    IdNumberTaken,
    LikelyDuplicate,
    NotACode,
    SequenceFull,
    TooBusy,
    UnknownCode,
)
from mintmark.errors.files import (
    ContradictingColumns,
    EmptyFile,
    EncryptedFile,
    FileMissing,
    MissingColumns,
    NoSuchColumn,
    NotATable,
    SeveralSheets,
    TooManyCells,
    UnknownColumns,
    UnknownFormat,
    UnknownSheet,
    UnreadableFile,
    UnwritableFile,
)
from mintmark.errors.refusal import Refusal
from mintmark.errors.rules import (
    AmbiguousCode,
    AmbiguousValue,
    MissingTable,
    NoRule,
    RuleSyntax,
    UnknownVersion,
    UnreadableRuleFile,
    UnusedTable,
    WrongRange,
    WrongSequence,
    WrongTableCode,
)
from mintmark.errors.store import (
    NewerRegister,
    NoRegister,
    OldServer,
    ServerNotStarted,
    Unreachable,
    WeakDurability,
    WrongSetting,
)
from mintmark.errors.values import (
    DateOutOfRange,
    ImpossibleDate,
    MissingFact,
    RoundedNumber,
    TooLong,
    UnknownFact,
    UnknownValue,
    UnreadableDate,
    WrongCheckDigit,
    WrongEmail,
    WrongIdNumber,
    WrongPhone,
)

__all__ = [
    "AmbiguousCode",
    "AmbiguousValue",
    "CodeTaken",
    "ContradictingColumns",
    "DateOutOfRange",
    "EmptyFile",
    "EncryptedFile",
    "FileMissing",
    "IdNumberTaken",
    "ImpossibleDate",
    "LikelyDuplicate",
    "MissingColumns",
    "MissingFact",
    "MissingTable",
    "NewerRegister",
    "NoRegister",
    "NoRule",
    "NoSuchColumn",
    "NotACode",
    "NotATable",
    "OldServer",
    "Refusal",
    "RoundedNumber",
    "RuleSyntax",
    "SequenceFull",
    "ServerNotStarted",
    "SeveralSheets",
    "TooBusy",
    "TooLong",
    "TooManyCells",
    "UnknownCode",
    "UnknownColumns",
    "UnknownFact",
    "UnknownFormat",
    "UnknownSheet",
    "UnknownValue",
    "UnknownVersion",
    "Unreachable",
    "UnreadableDate",
    "UnreadableFile",
    "UnreadableRuleFile",
    "UnusedTable",
    "UnwritableFile",
    "WeakDurability",
    "WrongCheckDigit",
    "WrongEmail",
    "WrongIdNumber",
    "WrongPhone",
    "WrongRange",
    "WrongSequence",
    "WrongSetting",
    "WrongTableCode",
]
