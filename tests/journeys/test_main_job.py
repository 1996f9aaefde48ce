"""The main job as a new user does it: the commands of the README, in processes of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests import files
from tests.conftest import EXAMPLES

ROOT = EXAMPLES.parent


@pytest.mark.parametrize(
    ("language", "words"), [("zh_CN.UTF-8", "新编码"), ("en_US.UTF-8", "coded")]
)
def test_the_demo_runs_twice_and_gives_nobody_a_second_code(
    tmp_path: Path, language: str, words: str
) -> None:
    (tmp_path / "examples").symlink_to(EXAMPLES)
    environment = {**os.environ, "BIN": str(Path(sys.executable).parent), "LANGUAGE": language}
    environment.pop("MINTMARK_REGISTER", None)

    def demo() -> str:
        done = subprocess.run(
            ["sh", "examples/demo.sh"], cwd=tmp_path, env=environment,
            capture_output=True, text=True, check=True, encoding="utf-8",
        )  # fmt: skip
        return done.stdout

    first = demo()
    assert words in first
    assert "N-GZ-20221121-00001" in first
    coded = files.cells(tmp_path / "demo" / "coded.xlsx")
    refused = files.cells(tmp_path / "demo" / "refused.xlsx")
    assert len(coded) + len(refused) == 10_002
    demo()
    again = files.cells(tmp_path / "demo" / "coded.xlsx")
    assert [row[0] for row in again] == [row[0] for row in coded]
    status = subprocess.run(
        [sys.executable, "-c", "from mintmark.cli import main; main()", "status", "--json",
         "--register", str(tmp_path / "demo" / "register")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(status.stdout)
    assert told["codes"] == told["customers"] == len({row[0] for row in coded[1:]})
    assert [batch["coded"] for batch in told["batches"]] == [0, told["codes"]]
