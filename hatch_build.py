"""Compile the message catalogues (.po → .mo) whenever Mintmark is built or installed."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogues(root: Path) -> None:
    """Write the .mo beside every .po below the folder."""
    for source in sorted(root.glob("src/mintmark/locale/*/LC_MESSAGES/*.po")):
        with source.open("rb") as reading, source.with_suffix(".mo").open("wb") as writing:
            write_mo(writing, read_po(reading, locale=source.parts[-3]))


class CatalogueHook(BuildHookInterface[Any]):
    """Hatchling's entry: compile before the files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; hatchling packs what `artifacts` names."""
        del version, build_data
        compile_catalogues(Path(self.root))
