"""Both languages, always: nothing that people read is missing in either."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import mintmark
from mintmark import errors, match
from mintmark.cli.commands import mintmark as command_line
from mintmark.cli.reports import COUNTS
from mintmark.customer import FACTS
from mintmark.intake import headings
from mintmark.intake.checking import ERROR, MENDED, MENDINGS, ORDERS, WARNING
from mintmark.intake.mapping import WHYS
from mintmark.jobs import KINDS as JOB_KINDS
from mintmark.kinds import KINDS
from mintmark.match import linking
from mintmark.minting.numbers import UNWANTED
from mintmark.minting.returning import TAKEN
from mintmark.minting.verifying import FAULTS
from mintmark.registry import OF_REGISTER
from mintmark.registry import STATES as STATES_OF_CUSTOMERS
from mintmark.registry.batches import DEEDS
from mintmark.registry.keying import MISSING
from mintmark.registry.numbering import STATES
from mintmark.rule import presets
from mintmark.rule.dates import PERIODS
from mintmark.rule.grammar import CODED
from mintmark.rule.terms import KEYS
from mintmark.store.batches import STATES as BATCH_STATES
from mintmark.store.events import VERBS
from mintmark.store.jobs import STATES as JOB_STATES
from mintmark.store.undoings import REASONS
from mintmark.vault.key import PURPOSES
from mintmark.vault.key import STATES as STATES_OF_KEYS
from mintmark.wording import DOMAIN, FOLDER, LANGUAGES, Wording

SOURCE = Path(mintmark.__file__).parent
REFUSALS = [
    thing
    for thing in vars(errors).values()
    if isinstance(thing, type) and issubclass(thing, errors.Refusal) and thing is not errors.Refusal
]
# What is laid to single rows; a summary counts them under a title.
OF_ROWS = {
    "missing-fact", "unknown-value", "impossible-date", "unreadable-date", "date-out-of-range",
    "rounded-number", "wrong-phone", "wrong-email", "wrong-id-number", "wrong-check-digit",
    "too-long", "contradicting-columns", "too-many-cells", "sequence-full", "id-number-taken",
    "likely-duplicate", "entry-not-valid", "code-taken", "code-not-allowed", "already-coded",
    "no-rule-applies", "code-held", "hold-expired", "code-void", "code-does-not-fit",
    "wrong-number", "unknown-fact",
    "external-key-taken", "error-cell", "lost-characters", "reversed-text", "ambiguous-date",
    "mended", "order-decided", "no-name", "filler-phone", "like-formula", "often-repeated",
    "heading-against-content",
}  # fmt: skip


# Families of keys that follow from lists in the code, and those lists.
OF_LISTS = {
    "grade.": {"certain", "probable", "possible"},
    "noticed.": {"check", "structure", "nothing"},
    "claim.": {
        "determined", "readable", "disjoint", "priority", "capacity", "capacity-alone", "length",
        "length-fixed", "characters", "check", "no-check",
    },
    "state.": {
        "draft", "proved", "simulated", "in-force", "scheduled", "succeeded", "withdrawn",
    },
    "term.": set(KEYS),
    "number-state.": {*STATES, "by-hand"},
    "event.": set(VERBS),
    "customer-state.": set(STATES_OF_CUSTOMERS),
    "fault.": set(FAULTS),
    "skipped.": {UNWANTED, TAKEN},
    "key-purpose.": set(PURPOSES),
    "key-state.": {*STATES_OF_KEYS, MISSING},
    "unfinished.": set(PURPOSES),
    "leak.": {"within", "above", "few"},
    "column.": {
        "number", "scope", "count", "holder", "leased", "until", "state", "codes", "numbers",
        "reason", "actor", "since", "at", "verb",
        "key", "purpose", "version", "made", "under",
        "index", "rows", "tokens", "largest", "coincidences", "named", "bound", "verdict",
        "customer", "batch", "done", "coded", "file", "job", "kind",
    },
    "batch-state.": {*BATCH_STATES, "cut-off"},
    "job-kind.": set(JOB_KINDS),
    "job-state.": {*JOB_STATES, "cancelling", "cut-off"},
    "batch-deed.": set(DEEDS),
    "batch-step.": {"planned", "approved", "started", "heartbeat", "finished", "undone"},
    "stays.": set(REASONS),
    "undo.": {
        "leave", "restored", "released", "void", "removed", "held", "keys", "stays",
        "released-by-scope", "void-by-scope",
    },
    "register-column.": set(OF_REGISTER) - {"code"},
    "template.of.": set(FACTS),
    "template.of-kind.": set(KINDS) - {"text"},
    "template.takes.": {*KINDS, "names", "choice"},
    "period.": {*PERIODS, *CODED},
    "mended.": set(MENDINGS),
    "order.": set(ORDERS),
    "why.": {"content", *WHYS},
    "summary.": set(COUNTS),
    "severity.": {ERROR, WARNING, MENDED},
    "kind.": set(KINDS),
    "sensitivity.": {"open", "sealed"},
    "manual.": {"forbidden", "allowed"},
    "preset.": {key for name in presets.names() for key in (name, f"{name}.why")},
}  # fmt: skip


def catalogue(language: str) -> Catalog:
    folder = FOLDER / language.replace("-", "_") / "LC_MESSAGES"
    with (folder / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language.replace("-", "_"))


def sentences(language: str) -> dict[str, str]:
    return {
        str(message.id): str(message.string)
        for message in catalogue(language)
        if message.id and isinstance(message.id, str)
    }


def said_keys() -> Iterator[str]:
    """Every constant key that the source hands to `say`."""
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in ("say", "_say", "self", "follow",
                                                                   "waiting"):  # fmt: skip
                for constant in ast.walk(node.args[0]) if node.args else ():
                    if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                        yield constant.value


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def help_keys(command: click.Command, path: str = "cli") -> Iterator[tuple[str, ...]]:
    """For every command and option, the keys of which one has to be there."""
    yield (path,)
    for option in command.params:
        if isinstance(option, click.Option):
            yield (f"{path}.{option.name}", f"cli.option.{option.name}")
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from help_keys(below, f"{path}.{name}")


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_the_source_says_is_there(language: str) -> None:
    there = sentences(language)
    keys = [key for key in said_keys() if re.fullmatch(r"[a-z-]+(\.[a-z-]+)*", key)]
    assert len(keys) > 50
    assert [key for key in keys if key not in there and "." in key] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_option_and_fact_has_its_words(language: str) -> None:
    there = sentences(language)
    assert [keys for keys in help_keys(command_line) if not any(k in there for k in keys)] == []
    assert [fact for fact in (*FACTS, "seq") if f"fact.{fact}" not in there] == []
    contacts = [f"same-{contact.replace('_', '-')}" for contact in match.CONTACTS]
    evidence = [*contacts, "same-name", "similar-name", "same-organisation-name", "same-record"]
    evidence += linking.EVIDENCE
    assert [slug for slug in evidence if f"evidence.{slug}" not in there] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("family", OF_LISTS)
def test_what_the_code_lists_has_its_words_and_no_others(family: str, language: str) -> None:
    there = {key.removeprefix(family) for key in sentences(language) if key.startswith(family)}
    assert there == OF_LISTS[family]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.slug)
def test_every_refusal_has_a_sentence_and_a_way_out(
    refusal: type[errors.Refusal], language: str
) -> None:
    there = sentences(language)
    key = f"refusal.{refusal.slug}"
    fields = {*refusal.__dataclass_fields__, "example", "place", "pointed"}
    for sentence in (there[key], there[f"{key}.way-out"]):
        assert placeholders(sentence) <= fields
    assert (f"{key}.title" in there) == (refusal.slug in OF_ROWS)


def test_both_catalogues_say_the_same_things_with_the_same_facts() -> None:
    chinese, english = (sentences(language) for language in LANGUAGES)
    assert chinese.keys() == english.keys()
    own = [key for key in chinese if re.fullmatch(r"[a-z][\w-]*(\.[\w-]+)*", key)]
    differing = [k for k in own if placeholders(chinese[k]) != placeholders(english[k])]
    assert differing == []
    assert all(text.strip() or key == "list.separator" for key, text in english.items())


def test_no_sentence_is_left_that_nobody_says() -> None:
    used = set(said_keys()) | {key for keys in help_keys(command_line) for key in keys}
    used |= {f"{keys[0]}.examples" for keys in help_keys(command_line)}
    families = ("refusal.", "fact.", "evidence.", "word.", *OF_LISTS)
    own = [key for key in sentences("en") if re.fullmatch(r"[a-z][\w-]*(\.[\w-]+)*", key)]
    slugs = {refusal.slug for refusal in REFUSALS}
    assert [k for k in own if not k.startswith(families) and k not in used] == []
    assert [k for k in own if k.startswith("refusal.") and k.split(".")[1] not in slugs] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_written_beside_rows_is_left_alone_when_it_comes_back(
    language: str,
) -> None:
    say = Wording(language)
    for key in ("source-row", "problem", "way-out", "result", "note"):
        heading = say(f"workbook.{key}")
        assert headings.is_own(heading)
        assert headings.is_known(heading)
        assert headings.fact_of(heading) is None


def test_a_missing_sentence_is_an_error_not_a_key_on_the_screen() -> None:
    with pytest.raises(KeyError):
        Wording("en")("no.such.key")
