"""Files that nobody should have to import: a clear word in both languages, and no good row lost."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import files, zoo
from tests.faces.conftest import Run
from tests.files import HEADINGS

GOOD = ["王琦", "VIP", "北京", "2023-10-01", "13875014587"]
WRONG = ["李雷", "VIP", "火星", "2023-10-01", "#N/A"]
ROWS = [HEADINGS, GOOD, WRONG]


def mixed(path: Path) -> Path:
    return zoo.mixed(path, [",".join(row) for row in ROWS], 3, "utf-8", "gb18030")


def cut(path: Path) -> Path:
    whole = files.workbook(path, {"S": ROWS}).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def written(content: bytes) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


def _shut(path: Path) -> Path:
    return zoo.xls(path, ROWS, locked=True)


REFUSED: dict[str, Callable[[Path], Path]] = {
    "bomb.xlsx": lambda path: zoo.bomb(path, 300),
    "cut.xlsx": cut,
    "locked.xls": _shut,
    "far.ods": lambda path: zoo.ods(path, ROWS, repeated=(900_000, 900)),
    "nothing.csv": written(b""),
    "picture.csv": written(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    "zeros.csv": written(b"\x00" * 5000),
    "letter.csv": written("亲爱的客户：\n您好！\n".encode()),
    "quote.csv": written(",".join(HEADINGS).encode() + b'\n"a,VIP\n' * 3),
    "mixed.csv": mixed,
}
READ: dict[str, Callable[[Path], Path]] = {
    "binary.xlsb": lambda path: zoo.xlsb(path, ROWS),
    "old.xls": lambda path: zoo.xls(path, ROWS),
    "open.ods": lambda path: zoo.ods(path, ROWS),
    "charted.xlsx": lambda path: zoo.charted(path, ROWS),
    "text.csv": lambda path: files.text(path, ROWS, "gb18030"),
    "packed.zip": lambda path: zoo.packed(
        path, {"名单.csv": "\n".join(map(",".join, ROWS)).encode()}, gbk=True
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_named_and_nothing_is_written(
    ready: Run, tmp_path: Path, name: str
) -> None:
    path = REFUSED[name](tmp_path / name)
    for language in ("zh-CN", "en"):
        code, out, err = ready("import", path, "--lang", language)
        assert (code, out) == (3, ""), err
        assert name in err
        assert "Traceback" not in err
    code, _, err = ready("import", path, "--json")
    assert (code, json.loads(err)["error"]["facts"]["file"]) == (3, name)
    assert json.loads(ready("status", "--json")[1])["codes"] == 0


@pytest.mark.parametrize("name", READ)
def test_what_is_strange_is_read_and_its_good_rows_are_coded(
    ready: Run, tmp_path: Path, name: str
) -> None:
    path = READ[name](tmp_path / name)
    out = ["--coded", tmp_path / "c.csv", "--refused", tmp_path / "r.xlsx"]
    code, said, err = ready("import", path, "--json", *out)
    assert code == 6, err
    told = json.loads(said)
    assert [(one["row"], one["code"]) for one in told["rows"]] == [(2, "V-BJ-20231001-00001")]
    assert [one["row"] for one in told["refused"]] == [3]
    for language in ("zh-CN", "en"):
        code, said, err = ready("import", path, "--lang", language, *out)
        assert (code, "Traceback" in err) == (6, False)
