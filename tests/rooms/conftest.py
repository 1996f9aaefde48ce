"""What tests of the rooms share: a clock that can be moved, and a register that goes by it."""

from collections.abc import Iterator

import pytest
from tests.clock import Clock

import mintmark


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(place: str, clock: Clock) -> Iterator[mintmark.Register]:
    with mintmark.open(place, create=True, now=clock) as opened:
        yield opened
