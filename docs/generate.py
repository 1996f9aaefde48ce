"""Write what of the docs follows from the code: `make docs`. A test sees that it is up to date.

The command line's reference and the list of refusals come from the commands and the catalogues, in
both languages. The pictures (`--pictures`) show real runs of the command line on the example.
"""

import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

from rich.console import Console
from rich.text import Text

from mintmark import errors
from mintmark.wording import LANGUAGES, Wording

DOCS = Path(__file__).parent
COMMANDS = (
    "", "init", "rule", "rule check", "rule draft", "rule discard", "rule try", "rule publish",
    "rule withdraw", "rule diff", "rule show", "rule list", "rule preset", "rule table", "rule add",
    "rule legacy", "rule infer", "fields", "fields add", "fields remove", "mint", "register",
    "hold", "bind", "release", "void", "lease",
    "lease take", "lease list", "lease return", "backfill", "numbers", "verify", "keys",
    "keys status", "keys rotate", "keys destroy", "keys leakage", "columns", "profiles",
    "profiles remove", "import", "batches", "batch", "batch show", "batch approve", "batch pause",
    "batch resume", "batch cancel", "undo", "work", "jobs",
    "job", "job show", "job cancel", "export", "template", "labels", "write-back",
    "resolve", "find", "recover", "update", "shred", "legal-hold", "erasures", "status",
)  # fmt: skip
WORDS = {
    "en": {
        "cli": "# Command line\n\nWritten from the commands themselves by `make docs`.",
        "refusals": "# Refusals\n\nWhat Mintmark will not do, by slug (the `slug` of `--json` and "
        "of `mintmark.Refusal`), with what it says and the way out. Written by `make docs`.",
        "columns": "| slug | says | way out |\n|---|---|---|",
        "exits": "## Exit codes\n\n| code | meaning |\n|---|---|\n"
        "| 0 | done; of an import: every row has a code |\n"
        "| 2 | the command line itself is wrong |\n"
        "| 3 | the input or the rule was refused; nothing was written |\n"
        "| 4 | no such code, nobody found |\n"
        "| 5 | no register there, no database, nowhere to write, unsafe settings |\n"
        "| 6 | an import refused some rows; a write-back had codes that it did not write |\n"
        "| 7 | verify found a number that is not accounted for |\n"
        "| 8 | an index gives away more than its bound |\n"
        "| 130 | stopped by Ctrl-C; what was done is kept |",
    },
    "zh-CN": {
        "cli": "# 命令行\n\n由 `make docs` 根据命令本身生成。",
        "refusals": "# 拒绝一览\n\n铸码拒绝做的事，"
        "按 slug（即 `--json` 和 `mintmark.Refusal` 的 `slug`）"
        "列出，"
        "附提示和解决办法。由 `make docs` 生成。",
        "columns": "| slug | 提示 | 解决办法 |\n|---|---|---|",
        "exits": "## 退出码\n\n| 退出码 | 含义 |\n|---|---|\n"
        "| 0 | 完成；导入时表示每一行都有编码 |\n"
        "| 2 | 命令行本身写错 |\n"
        "| 3 | 输入或规则被拒绝，什么都没有写入 |\n"
        "| 4 | 没有这个编码，或没有找到人 |\n"
        "| 5 | 没有登记库、数据库不应答、无处可写或设置不安全 |\n"
        "| 6 | 导入完成，但有些行未通过；回写完成，但有些编码没有写入 |\n"
        "| 7 | 核对发现有的号去向不明 |\n"
        "| 8 | 有索引泄露的内容超过上限 |\n"
        "| 130 | 被 Ctrl-C 停止；已完成的部分都在 |",
    },
}
# Rich's own template names fonts on somebody else's server; this one is complete in itself.
SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>.{unique_id}-matrix {{ font-family: Menlo, Consolas, "Noto Sans Mono CJK SC", monospace;
font-size: {char_height}px; line-height: {line_height}px; }} {styles}</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}"
height="{terminal_height}" /></clipPath>{lines}</defs>{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g></svg>
"""


def main() -> None:
    """Write everything that is asked for."""
    for path, text in pages():
        path.write_text(text, encoding="utf-8")
    if "--pictures" in sys.argv:
        for language in LANGUAGES:
            picture(language)


def pages() -> Iterator[tuple[Path, str]]:
    """Give every generated page: where it goes, and what is in it."""
    for language in LANGUAGES:
        ending = "" if language == "en" else f".{language}"
        yield DOCS / "reference" / f"cli{ending}.md", command_line(language)
        yield DOCS / "reference" / f"refusals{ending}.md", refusals(language)


def command_line(language: str) -> str:
    """The help of every command."""
    helped = subprocess.run(
        [sys.executable, __file__, "--help-of", language], capture_output=True, text=True,
        check=True, encoding="utf-8", env={**os.environ, "COLUMNS": "100"},
    ).stdout.split("\f")  # fmt: skip
    sections = [
        f"## `{f'mintmark {command}'.strip()}`\n\n```text\n{page.strip()}\n```"
        for command, page in zip(COMMANDS, helped, strict=True)
    ]
    words = WORDS[language]
    return "\n\n".join([words["cli"], *sections, words["exits"]]) + "\n"


def help_of(language: str) -> str:
    """The help of all commands; in a process of its own, for a process speaks one language."""
    from mintmark.cli import main as run  # noqa: PLC0415

    said = []
    for command in COMMANDS:
        page = io.StringIO()
        try:
            with redirect_stdout(page):
                run([*command.split(), "--help", "--lang", language])
        except SystemExit:
            said.append(page.getvalue())
    return "\f".join(said)


def refusals(language: str) -> str:
    """Every refusal with its sentences."""
    say = Wording(language)
    catalogue = say._catalogue  # noqa: SLF001 - the sentences before their facts are filled in
    rows = [
        "| `{}` | {} | {} |".format(
            slug,
            *(
                catalogue.gettext(key).replace("{{", "{").replace("}}", "}").replace("|", "\\|")
                for key in (f"refusal.{slug}", f"refusal.{slug}.way-out")
            ),
        )
        for slug in sorted(getattr(errors, name).slug for name in errors.__all__)
        if slug != "refusal"
    ]
    words = WORDS[language]
    return "\n".join([words["refusals"], "", words["columns"], *rows]) + "\n"


def picture(language: str) -> None:
    """Run the demo with colours, and draw what it printed."""
    environment = {**os.environ, "LANGUAGE": language.replace("-", "_"), "FORCE_COLOR": "1",
                   "BIN": str(Path(sys.executable).parent), "MINTMARK_ACTOR": "lin"}  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "examples").symlink_to(DOCS.parent / "examples")
        said = subprocess.run(
            ["sh", "examples/demo.sh"], cwd=folder, env=environment, capture_output=True,
            text=True, check=True, encoding="utf-8",
        ).stdout  # fmt: skip
    shown = re.split(r"\n(?=\$ mintmark)", said)
    text = "\n".join(part.rstrip() + "\n" for part in shown if _is_shown(part))
    console = Console(record=True, width=100, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text.strip()), soft_wrap=False)
    svg = console.export_svg(title="mintmark", code_format=SVG, unique_id="mintmark")
    # It counts a Chinese character as one cell and would squeeze it: let it be as wide as it is.
    svg = re.sub(r' textLength="[^"]*"', "", svg)
    (DOCS / "pictures" / f"demo.{language}.svg").write_text(svg, encoding="utf-8")


def _is_shown(part: str) -> bool:
    shown = ("$ mintmark import", "$ mintmark resolve", "$ mintmark find", "$ mintmark recover",
             "$ mintmark batches")  # fmt: skip
    return part.startswith(shown) and "--plan" not in part.partition("\n")[0]


if __name__ == "__main__":
    if "--help-of" in sys.argv:
        sys.stdout.write(help_of(sys.argv[-1]))
    else:
        main()
