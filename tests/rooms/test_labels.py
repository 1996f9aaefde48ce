"""Labels: what is printed is read back by a scanner."""

import math
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

import mintmark
from mintmark.errors import (
    BarcodeTooWide,
    CodeVoid,
    NotForBars,
    UnknownCode,
    UnknownFact,
    UnknownFormat,
    UnknownLayout,
)
from mintmark.intake import LAYOUTS, write_labels
from mintmark.intake.labels.drawing import Rect, Text, label
from mintmark.intake.workbooks import drawn
from mintmark.wording import Wording

ZH = Wording("zh-CN")
QR, BARS = zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128


@pytest.fixture
def full(register: mintmark.Register) -> mintmark.Register:
    for number in range(30):
        register.register(
            name=f"张伟{'甲乙丙'[number % 3]}", type="VIP", region="BJ",
            registered=date(2023, 10, 1), phone=f"138750145{number:02}",
        )  # fmt: skip
    return register


def pages(path: Path) -> list[Any]:
    """The pages of a PDF as a scanner of 300 dots per inch sees them."""
    document = pypdfium2.PdfDocument(path)
    return [page.render(scale=300 / 72).to_pil() for page in document]


def scanned(page: Any, kind: Any) -> set[str]:
    return {one.text for one in zxingcpp.read_barcodes(page, formats=kind)}


def code(number: int) -> str:
    return f"V-BJ-20231001-{number:05}"


@pytest.mark.parametrize("layout", ["a4-3x8", "a4-3x7", "a4-4x10", "card"])
def test_a_sheet_that_is_printed_can_be_scanned(
    full: mintmark.Register, tmp_path: Path, layout: str
) -> None:
    path = tmp_path / "l.pdf"
    [*_, end] = write_labels(full, path, ZH, layout=layout)
    assert (end.done, end.total) == (30, 30)
    per_page = LAYOUTS[layout].per_page
    printed = pages(path)
    assert len(printed) == math.ceil(30 / per_page)
    width, height = LAYOUTS[layout].page
    assert printed[0].size == pytest.approx((width / 25.4 * 300, height / 25.4 * 300), abs=2)
    for number, page in enumerate(printed[:2]):
        first = number * per_page + 1
        expected = {code(n) for n in range(first, min(first + per_page, 31))}
        assert scanned(page, QR) == expected
        assert scanned(page, BARS) == expected


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("marks", "kind"), [(["qr"], QR), (["code128"], BARS)])
def test_each_mark_alone_can_be_scanned_on_each_layout(
    full: mintmark.Register, tmp_path: Path, layout: str, marks: list[str], kind: Any
) -> None:
    short = full.hold(type="N", region="SH", registered="20240102")
    path = tmp_path / "l.pdf"
    try:
        list(write_labels(full, path, ZH, layout=layout, marks=marks, codes=[short]))
    except BarcodeTooWide as refused:
        assert marks == ["code128"]
        assert refused.needed > refused.room  # noqa: PT017
        assert layout.startswith("roll")
        return
    [page] = pages(path)
    assert scanned(page, kind) == {short}


CODES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)


@given(
    CODES, st.sampled_from(sorted(LAYOUTS)), st.lists(st.text("王伟Ab ", max_size=40), max_size=9)
)
@settings(max_examples=60)
def test_nothing_runs_over_the_edge_of_a_label(text: str, name: str, lines: list[str]) -> None:
    layout = LAYOUTS[name]
    width, height = layout.label
    for shape in label(text, lines, layout, name, None):
        assert shape.x >= 0
        assert shape.y >= 0
        if isinstance(shape, Rect):
            assert shape.x + shape.width <= width
            assert shape.y + shape.height <= height
        elif isinstance(shape, Text):
            per = 0.6 if shape.is_code else 0.5
            assert shape.x + drawn(shape.text) * per * shape.size <= width + 0.01
            assert shape.y <= height


@given(CODES)
@settings(max_examples=30)
def test_any_code_of_plain_characters_can_be_scanned_from_bars(text: str) -> None:
    from mintmark.intake.labels.symbols import QUIET, bars  # noqa: PLC0415

    symbol = bars(text)
    row = bytearray(b"\xff" * (symbol.width + 2 * QUIET["code128"]) * 3)
    for _, first, modules in symbol.runs:
        for at in range((first + 10) * 3, (first + 10 + modules) * 3):
            row[at] = 0
    from PIL import Image  # noqa: PLC0415

    image = Image.frombytes("L", (len(row), 60), bytes(row) * 60)
    assert scanned(image, BARS) == {text}


def test_names_are_printed_masked_unless_they_are_asked_for(
    full: mintmark.Register, tmp_path: Path
) -> None:
    def printed(**more: Any) -> str:
        list(write_labels(full, tmp_path / "l.pdf", ZH, codes=[code(1)], **more))
        return str(pypdfium2.PdfDocument(tmp_path / "l.pdf")[0].get_textpage().get_text_bounded())

    assert "张**" in printed()
    assert "张伟" not in printed(lines=["name", "phone", "region"])
    shown = printed(lines=["name", "phone", "region", "registered"], masked=())
    for value in ("张伟甲", "+8613875014500", "北京", "2023-10-01", code(1)):
        assert value in shown


def test_labels_are_of_whom_is_sought_or_of_the_codes_that_are_said(
    full: mintmark.Register, tmp_path: Path
) -> None:
    path = tmp_path / "l.svg"
    [*_, end] = write_labels(full, path, ZH, phone="13875014507", layout="card")
    assert end.total == 1
    assert code(8) in path.read_text("utf-8")
    list(write_labels(full, path, ZH, codes=["vbj2023100100003"]))
    assert code(3) in path.read_text("utf-8")
    held = full.hold(type="N", region="SH", registered="20240102")
    list(write_labels(full, path, ZH, codes=[held]))
    assert held in path.read_text("utf-8")


def test_pages_of_svg_stand_beside_each_other_and_html_has_all(
    full: mintmark.Register, tmp_path: Path
) -> None:
    for ending in ("svg", "html"):
        list(write_labels(full, tmp_path / f"l.{ending}", ZH, lines=["name", "region"]))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["l-2.svg", "l.html", "l.svg"]
    space = "{http://www.w3.org/2000/svg}"
    for name, count in (("l.svg", 24), ("l-2.svg", 6)):
        root = ET.parse(tmp_path / name).getroot()  # noqa: S314 - our own
        assert (root.get("width"), root.get("height")) == ("210.0mm", "297.0mm")
        assert len(root.findall(f"{space}g")) == count
    text = (tmp_path / "l.html").read_text("utf-8")
    assert text.count("<svg ") == 2
    assert text.count("<g ") == 30


def test_what_cannot_be_printed_is_refused_and_leaves_nothing(
    full: mintmark.Register, tmp_path: Path
) -> None:
    full.void(code(5), reason="印错了")
    refusals: list[tuple[type[mintmark.Refusal], dict[str, Any]]] = [
        (CodeVoid, {"codes": [code(5)]}),
        (UnknownCode, {"codes": [code(1), "V-BJ-20231001-99999"]}),
        (UnknownLayout, {"layout": "a4"}),
        (UnknownFact, {"lines": ["colour"]}),
        (BarcodeTooWide, {"layout": "roll-50x30", "marks": ["code128"]}),
    ]
    for refusal, more in refusals:
        with pytest.raises(refusal):
            list(write_labels(full, tmp_path / "l.pdf", ZH, **more))
    with pytest.raises(UnknownFormat):
        list(write_labels(full, tmp_path / "l.doc", ZH))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(NotForBars):
        label("京-1", [], LAYOUTS["card"], "card", ["code128"])
    assert label("京-1", [], LAYOUTS["card"], "card", None)
