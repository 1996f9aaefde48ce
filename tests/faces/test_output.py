"""How long work is shown while it goes on."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintmark import Progress
from mintmark.cli import output
from mintmark.cli.output import Output, Pace
from mintmark.wording import LANGUAGES, Wording


def work(clock: list[float]) -> Iterator[Progress]:
    """An import that goes on at 2,000: 3,000 more in 2 seconds."""
    for done in (2000, 3500, 5000):
        yield Progress(done=done, total=5000)
        clock[0] += 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bar_tells_how_much_is_done_of_how_much_and_how_fast(
    language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(output, "monotonic", lambda: clock[0])
    assert Output(Wording(language)).follow("cli.import.coding", work(clock)) == 5000
    said = capsys.readouterr()
    shown = {"zh-CN": "5,000 / 5,000，每秒 1,500", "en": "5,000 of 5,000, 1,500/s"}[language]
    assert shown in said.err
    assert re.search(r"\d:\d\d:\d\d", said.err)  # the time left
    assert said.out == ""


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.floats(0.01, 1e6), st.floats(0, 1e6))
def test_only_what_this_run_did_counts(before: int, more: int, took: float, start: float) -> None:
    pace, total = Pace(), before + more
    assert pace.at(Progress(done=before, total=total), start) is None
    rate = pace.at(Progress(done=total, total=total), start + took)
    assert rate == pytest.approx(more / took, rel=1e-3)
