"""What can stand against what is asked of an import."""

from dataclasses import dataclass

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class UnknownBatch(Refusal, LookupError):
    """There is no batch with this number."""

    slug = "unknown-batch"
    batch: int


@dataclass(eq=False, kw_only=True)
class WrongStage(Refusal, ValueError):
    """A batch in this state (`stage`) cannot be paused, say: what was asked is the `deed`."""

    slug = "wrong-stage"
    batch: int
    stage: str
    deed: str


@dataclass(eq=False, kw_only=True)
class BatchBusy(Refusal, RuntimeError):
    """A program is at work on the batch, now."""

    slug = "batch-busy"
    batch: int


@dataclass(eq=False, kw_only=True)
class OwnPlan(Refusal, PermissionError):
    """Whoever planned an import does not approve of it: somebody else has to."""

    slug = "own-plan"
    batch: int
    actor: str


@dataclass(eq=False, kw_only=True)
class OtherFile(Refusal, ValueError):
    """The batch was begun with a file of another content; it was called `expected`."""

    slug = "other-file"
    batch: int
    file: str
    expected: str
