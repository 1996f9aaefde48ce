"""Examples in docstrings and pages run in an empty folder of their own."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _examples_run_in_a_folder_of_their_own(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(request.node, pytest.DoctestItem):
        monkeypatch.chdir(tmp_path)
