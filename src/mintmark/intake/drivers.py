"""What drivers of other systems' databases say when they fail, whichever driver it is."""

# What a driver raises of its own when it cannot make sense of a URL's options, rather than what
# the standard of drivers (PEP 249) says.
BEWILDERED = (TypeError, AttributeError, ValueError, RuntimeError)


def words(error: BaseException) -> str:
    """Give what a database said, on one line; MySQL's number behind what it means.

    >>> words(ValueError(1146, "Table 'shop.t' doesn't exist"))
    "Table 'shop.t' doesn't exist (1146)"
    """
    match error.args:
        case (int(number), str(text)) if not isinstance(error, OSError):
            said = f"{text} ({number})"
        case _:
            said = str(error)
    lines = said.strip().splitlines()
    return lines[0] if lines else type(error).__name__
