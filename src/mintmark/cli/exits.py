"""How a run ended, for scripts (the same numbers as in docs/reference/cli.md)."""

from mintmark import errors

OK = 0
REFUSED = 3  # the input or the rule was refused; nothing was written
NOT_FOUND = 4  # no such code, nobody found
UNAVAILABLE = 5  # no register there, no database, nowhere to write, unsafe settings
UNSOUND = 7  # verify found a number that is not accounted for
LEAKING = 8  # an index gives away more than its bound
PARTLY = 6  # an import was stopped or refused rows, or codes found no place to be written back
STOPPED = 130  # by Ctrl-C; what was committed is kept

_UNAVAILABLE = (
    errors.NoRegister,
    errors.ServerNotStarted,
    errors.Unreachable,
    errors.OldServer,
    errors.WeakDurability,
    errors.NewerRegister,
    errors.TooBusy,
    errors.QueueFull,
    errors.TooLate,
    errors.UnwritableFile,
    errors.DiskFull,
    errors.UnreachableSource,
    errors.BrokenErasureList,
    errors.UnusableErasureList,
    errors.BatchBusy,
)


def code(refusal: errors.Refusal) -> int:
    """Give the exit code of a refusal."""
    if isinstance(
        refusal,
        errors.UnknownCode
        | errors.UnknownCustomer
        | errors.UnknownLease
        | errors.UnknownScope
        | errors.UnknownBatch
        | errors.UnknownJob,
    ):
        return NOT_FOUND
    return UNAVAILABLE if isinstance(refusal, _UNAVAILABLE) else REFUSED
