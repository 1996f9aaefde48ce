"""What can be wrong with a profile, and with what a file's columns are taken for."""

from dataclasses import dataclass

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class UnknownProfile(Refusal, LookupError):
    """No profile has this name."""

    slug = "unknown-profile"
    profile: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class WrongProfileName(Refusal, ValueError):
    """A profile needs a short name with letters or digits in it."""

    slug = "wrong-profile-name"
    profile: str
    limit: int


@dataclass(eq=False, kw_only=True)
class HeadingAgainstContent(Refusal, ValueError):
    """A column is headed as one fact, and its values look like another; told, never raised.

    `share`: how many per cent of its values look so.
    """

    slug = "heading-against-content"
    column: str
    fact: str
    attribute: str
    share: int
