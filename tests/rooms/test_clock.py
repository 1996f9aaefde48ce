"""All programs of a register go by the server's clock, whatever their own computer says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors
from mintmark.store import clock
from mintmark.store.clock import ServerClock

AHEAD = timedelta(days=40)
MOMENT = timedelta(seconds=30)


LATER = clock.ASK.replace("clock_timestamp()", f"clock_timestamp() + interval '{AHEAD.days} days'")


@pytest.fixture
def ahead(place: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[mintmark.Register]:
    """A register on a server whose clock is forty days ahead of ours."""
    monkeypatch.setattr(clock, "ASK", LATER)
    with mintmark.open(place, create=True) as book:
        yield book


def test_what_happens_is_dated_by_the_server(ahead: mintmark.Register) -> None:
    ahead.publish("K{created:YYYYMMDD}{seq:3}")
    there = datetime.now(UTC) + AHEAD
    code = ahead.mint()
    assert code[1:9] in {f"{day:%Y%m%d}" for day in _days(there)}
    passport = ahead.resolve(code).passport
    assert passport is not None
    assert abs(passport.minted_at - there) < MOMENT


def test_holds_end_when_the_server_says_so(ahead: mintmark.Register) -> None:
    ahead.publish("K{seq:3}")
    now = datetime.now(UTC)
    with pytest.raises(errors.UntilPast):
        ahead.hold(until=now + AHEAD - MOMENT)
    assert ahead.hold(until=now + AHEAD + MOMENT) == "K001"
    assert ahead.mint() == "K002"
    assert_accounted_for(ahead)


def test_whoever_is_at_work_hears_when_the_clock_of_the_server_is_set(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mintmark.open(place, create=True) as book:
        book.publish("K{seq:3}")
        monkeypatch.setattr(clock, "ASK", LATER)
        monkeypatch.setattr(clock, "_GOOD", -1.0)  # as if a minute had gone by
        book.mint()
        assert abs(book.now() - datetime.now(UTC) - AHEAD) < MOMENT


def test_the_server_is_asked_again_every_minute_and_a_late_answer_counts_for_nothing() -> None:
    seconds = [0.0]
    heard = ServerClock(count=lambda: seconds[0])

    def state(after: float) -> tuple[bool, float]:
        seconds[0] = after
        return heard.is_old, heard.now().timestamp()

    def late() -> float:
        seconds[0] += 5
        return 9000.0

    heard.hear(lambda: 1000.0)
    assert state(after=59) == (False, 1059)
    assert state(after=61) == (True, 1061)
    heard.hear(late)
    assert state(after=66) == (True, 1066)
    heard.hear(lambda: 1100.0)
    assert state(after=66) == (False, 1100)


def _days(moment: datetime) -> set[datetime]:
    """The days it may be anywhere, by the time zone of the rule."""
    return {moment + timedelta(hours=hours) for hours in (-12, 0, 14)}
