"""The docs say what the program does, in both languages."""

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from tests.conftest import EXAMPLES

import mintmark

ROOT = EXAMPLES.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PAIRED = [
    page for page in PAGES if page.name not in ("CHANGELOG.md", "glossary.md", "benchmarks.md")
]


def generator() -> ModuleType:
    """docs/generate.py, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_pages_are_up_to_date() -> None:
    stale = [str(path) for path, text in generator().pages() if path.read_text("utf-8") != text]
    assert stale == [], "run `make docs`"


def blocks(page: Path, language: str) -> list[str]:
    """The code of a page, without comments."""
    found = re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), flags=re.DOTALL)
    return [re.sub(r" *#.*", "", block) for block in found]


@pytest.mark.parametrize("page", [p for p in PAIRED if not p.stem.endswith(".zh-CN")], ids=str)
def test_every_page_is_there_in_both_languages_and_says_the_same(page: Path) -> None:
    other = page.with_suffix(".zh-CN.md")
    assert other.exists()
    text, translated = page.read_text("utf-8"), other.read_text("utf-8")
    for mark in (r"^#+ ", r"^- ", r"^\d+\. ", r"^\|", r"^```"):
        assert len(re.findall(mark, text, re.MULTILINE)) == len(
            re.findall(mark, translated, re.MULTILINE)
        ), mark
    if page.name == "README.md":
        for language in ("sh", "python"):
            assert blocks(page, language) == blocks(other, language)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_glossary_has_every_public_word() -> None:
    words = (ROOT / "docs" / "glossary.md").read_text("utf-8").lower()
    public = {name.lower() for name in mintmark.__all__} - {
        "open", "define", "plan_import", "progress", "customer", "found", "registered",
    }  # fmt: skip
    assert [word for word in sorted(public) if word not in words] == []


def test_the_version_is_in_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
