"""What can stand against work in the background."""

from dataclasses import dataclass

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class UnknownJob(Refusal, LookupError):
    """There is no job with this number."""

    slug = "unknown-job"
    job: int


@dataclass(eq=False, kw_only=True)
class UnknownKind(Refusal, ValueError):
    """There is no such kind of job; `known` are those that there are."""

    slug = "unknown-kind"
    kind: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class JobOver(Refusal, ValueError):
    """The job has ended already: `ended` says how."""

    slug = "job-over"
    job: int
    ended: str


@dataclass(eq=False, kw_only=True)
class JobBroke(Refusal, RuntimeError):
    """The job met an error that nobody foresaw, of this type (`reason`), or killed its workers."""

    slug = "job-broke"
    reason: str


@dataclass(eq=False, kw_only=True)
class FactInJob(Refusal, ValueError):
    """What is looked for is a fact about a person, which a job would keep in the register."""

    slug = "fact-in-job"


@dataclass(eq=False, kw_only=True)
class PasswordInJob(Refusal, ValueError):
    """The URL has a password in it, which a job would keep in the register."""

    slug = "password-in-job"
    source: str
