"""Read rules: from a rule file, a preset, a draft, a published version, or the text of one."""

import csv
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mintmark.errors import (
    DuplicateCode,
    FileMissing,
    Refusal,
    UnknownRule,
    UnreadableRuleFile,
)
from mintmark.registry import Register
from mintmark.rule import Rule, define
from mintmark.rule.presets import names, preset

_VERSION = re.compile(r"(.+)@(\d+)")
_TWICE = re.compile(r"Cannot overwrite a value \(at (?:line (\d+)|end of document)")
_SECTION = re.compile(r"\s*\[tables\.(?:\"([^\"]+)\"|([^\]\s]+))\]")
_ENTRY = re.compile(r"\s*\"?([^\"=\s]+)\"?\s*=\s*(.*)")
_HEADINGS = ("code", "name", "aliases", "parent")


def rule_of(source: str, register: Register | None) -> Rule:
    """Give the rule that is meant: a file, ``preset:NAME``, ``NAME@2``, a draft, or a rule's text.

    The tables of a bare text are those of the register's rule. Raises what is wrong with it, or
    UnknownRule.
    """
    path = Path(source)
    if path.suffix.lower() in (".toml", ".json") or path.is_file():
        return read(path)
    if source.startswith("preset:"):
        return Rule.of(_preset(source.removeprefix("preset:")))
    if register is not None and (found := _version(source, register)) is not None:
        return found
    if register is not None:
        drafts = {draft.name: draft for draft in register.rulebook.drafts()}
        if source in drafts:
            return drafts[source].rule
    if re.search(r"[{}#]|0", source):
        return _of_text(source, register)
    known = [f"preset:{name}" for name in names()]
    if register is not None:
        known = [*(v.name for v in register.rulebook.versions()), *known]
    raise UnknownRule(rule=source, known=tuple(dict.fromkeys(known)))


def read(file: Path) -> Rule:
    """Read a rule file (TOML or JSON). Raises FileMissing, UnreadableRuleFile, or what is wrong."""
    definition = definition_of(file)
    try:
        return Rule.of(definition)
    except Refusal:
        raise
    except (TypeError, AttributeError, ValueError, KeyError) as error:
        raise UnreadableRuleFile(file=str(file), reason=str(error)) from None


def definition_of(file: Path) -> dict[str, Any]:
    """Read the definition in a rule file; code tables may be CSV files beside it."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        given = json.loads(text) if file.suffix.lower() == ".json" else tomllib.loads(text)
    except FileNotFoundError:
        raise FileMissing(file=str(file)) from None
    except (OSError, UnicodeDecodeError, ValueError) as error:
        if twice := _TWICE.search(str(error)):
            _raise_duplicate(file, int(twice[1]) if twice[1] else None)
        raise UnreadableRuleFile(file=str(file), reason=str(error)) from None
    if not isinstance(given, dict) or "rule" not in given:
        raise UnreadableRuleFile(file=str(file), reason="rule = …")
    tables = given.get("tables", {})
    if not isinstance(tables, dict):
        raise UnreadableRuleFile(file=str(file), reason="[tables.…]")
    return {**given, "tables": {name: _table(file, entries) for name, entries in tables.items()}}


def _version(source: str, register: Register) -> Rule | None:
    named = _VERSION.fullmatch(source)
    names = {version.name for version in register.rulebook.versions()}
    if named and named[1] in names:
        return register.rulebook.get(named[1], int(named[2])).rule
    return register.rulebook.get(source).rule if source in names else None


def _of_text(source: str, register: Register | None) -> Rule:
    tables: Mapping[str, Any] = {}
    if register is not None and register.rulebook.versions():
        standing = register.rulebook.get().rule
        tables = {
            name: table.definition()
            for name, table in standing.tables.items()
            if re.search(rf"\{{\s*{re.escape(name.partition(':')[0])}\b", source)
        }
    return define(source, tables=tables)


def _preset(name: str) -> dict[str, Any]:
    try:
        return preset(name).definition
    except KeyError:
        raise UnknownRule(rule=name, known=names()) from None


def _table(file: Path, entries: Any) -> Any:
    """Read a table that is a CSV file: code, name, aliases (with | between them), parent."""
    if not isinstance(entries, str) or not entries.lower().endswith(".csv"):
        return entries
    path = file.parent / entries
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened))
    except FileNotFoundError:
        raise FileMissing(file=str(path)) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableRuleFile(file=str(path), reason=str(error)) from None
    if not rows or not {"code", "name"} <= set(rows[0]):
        raise UnreadableRuleFile(file=str(path), reason=",".join(_HEADINGS))
    return [
        {
            "code": row["code"].strip(),
            "names": [row["name"], *filter(None, (row.get("aliases") or "").split("|"))],
            **({"parent": row["parent"]} if row.get("parent") else {}),
        }
        for row in rows
    ]


def _raise_duplicate(file: Path, number: int | None) -> None:
    """Say which code of which table stands twice: TOML itself knows only the line."""
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    section, seen = "", dict[str, str]()
    for line in lines[:number]:
        if found := _SECTION.match(line):
            section, seen = found[1] or found[2], {}
        elif section and (entry := _ENTRY.match(line)):
            code, value = entry[1], entry[2].strip(" []\"'")
            if code in seen:
                raise DuplicateCode(attribute=section, code=code, values=(seen[code], value))
            seen[code] = value
