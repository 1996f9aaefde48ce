"""A clock that a test moves on."""

from datetime import datetime, timedelta

from tests.conftest import TODAY


class Clock:
    """Stands at TODAY until it is moved."""

    def __init__(self) -> None:
        self.time = TODAY

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        """Move on by so many days, hours, seconds."""
        self.time += timedelta(**by)
