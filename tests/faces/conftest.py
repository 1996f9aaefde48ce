"""What tests of the faces share: the command line, run in this process."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.conftest import EXAMPLES

from mintmark.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    place: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run the command line in this process: exit code, standard output, standard error."""
    monkeypatch.setenv("MINTMARK_REGISTER", place)
    monkeypatch.setenv("MINTMARK_ACTOR", "tester")
    monkeypatch.setenv("LANGUAGE", "en")

    def go(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    yield go
    monkeypatch.undo()


@pytest.fixture
def ready(run: Run) -> Run:
    """A register with the rule of the examples."""
    assert run("init")[0] == 0
    assert run("rule", "publish", EXAMPLES / "rule.toml")[0] == 0
    return run
