"""Rules beside what one would write by hand: spelling, reading, check characters, the proof.

    python benchmarks/rules.py

On one core, in interleaved rounds of one run; what counts is the ratio of the medians, for machines
differ and have bad minutes. By hand: an f-string, `re` and python-stdnum for one code after the
other; and, to see whether rules collide, random codes of each that are looked up in a set.
"""

import os
import platform
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import product
from statistics import median
from typing import Any

import polars as pl
from stdnum import damm, ean, luhn, verhoeff
from stdnum.iso7064 import mod_11_2, mod_11_10, mod_37_2, mod_37_36, mod_97_10

from mintmark.checkchar import SYSTEMS
from mintmark.rule import Parser, Rule, Speller, define
from mintmark.rule.columns import parse_column, spell_column
from mintmark.rule.proof.prove import prove_all

ROUNDS = 5
ROWS = 1_000_000
SINGLES = 100_000
RULES = 50
ENTRIES = 3_000
SAMPLE = 20_000  # random codes of each rule that are compared by hand
TODAY = date(2026, 11, 22)
DAYS = [date(2020, 1, 1) + timedelta(days=n) for n in range(2000)]
TEXT = "{type}-{region}-{registered:YYYYMMDD}-{seq:5}{check:37-36}"
TYPES = {"VIP": "V", "普通": "N", "潜在": "P"}
REGIONS = {"北京": "BJ", "上海": "SH", "广州": "GZ", "深圳": "SZ", "成都": "CD"}
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
RIVALS: dict[str, Callable[[str], Any]] = {
    "11-2": mod_11_2.calc_check_digit,
    "11-10": mod_11_10.calc_check_digit,
    "37-2": mod_37_2.calc_check_digit,
    "37-36": mod_37_36.calc_check_digit,
    "97-10": mod_97_10.calc_check_digits,
    "luhn": luhn.calc_check_digit,
    "luhn-36": lambda body: luhn.calc_check_digit(body, SYSTEMS["luhn-36"].alphabet),
    "damm": damm.calc_check_digit,
    "verhoeff": verhoeff.calc_check_digit,
    "gs1": ean.calc_check_digit,
}


class Race:
    """How fast several ways do the same work, round by round."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)  # for one of what is counted

    def run(self, way: str, count: int, work: Callable[[], Any]) -> Any:
        """Let one way work, and give what it made."""
        start = time.perf_counter()
        made = work()
        self.seconds[way].append((time.perf_counter() - start) / count)
        return made

    def rates(self, what: str, ours: str, plain: str, unit: str) -> None:
        """Print both medians with their spread, and the ratio."""
        say(f"{what}\n")
        for name, way in (("Mintmark", ours), ("by hand", plain)):
            rates = sorted(1 / seconds for seconds in self.seconds[way])
            say(f"    {name:8} {median(rates):12,.0f} {unit} ({rates[0]:,.0f}-{rates[-1]:,.0f})\n")
        ratio = median(self.seconds[ours]) / median(self.seconds[plain])
        say(f"    takes {ratio:.2f} x the time of the plain way\n")

    def durations(self, what: str) -> None:
        """Print the medians in seconds with their spread."""
        say(f"{what}\n")
        for way, taken in self.seconds.items():
            say(f"    {way:40} {median(taken):6.2f} s ({min(taken):.2f}-{max(taken):.2f})\n")


def say(text: str) -> None:
    """Print at once: some rounds take a while."""
    sys.stdout.write(text)
    sys.stdout.flush()


def agree(what: str, *, right: bool) -> None:
    """Stop where two ways differ: their times would mean nothing."""
    if not right:
        sys.exit(f"{what} differ")


# ---------------------------------------------------------------- codes

FORM = re.compile(
    f"({'|'.join(TYPES.values())})-?({'|'.join(REGIONS.values())})-?"
    "([0-9]{8})-?([0-9]{5})([0-9A-Z])"
)


def spell_by_hand(kind: str, region: str, day: date, number: int) -> str:
    """Write a code."""
    parts = TYPES[kind], REGIONS[region], f"{day:%Y%m%d}", f"{number:05}"
    return "-".join(parts) + str(mod_37_36.calc_check_digit("".join(parts)))


def read_by_hand(code: str) -> int | None:
    """Give the number of a code; None if it is none."""
    found = FORM.fullmatch(code.strip().upper())
    if found is None or not mod_37_36.is_valid("".join(found.groups())):
        return None
    try:
        datetime.strptime(found[3], "%Y%m%d")  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
    return int(found[4]) or None


def customers(count: int, seed: int) -> tuple[pl.DataFrame, pl.Series]:
    """Make up attributes and numbers."""
    dice = random.Random(seed)  # noqa: S311 - made-up people need no secrets
    made = {
        "type": dice.choices(list(TYPES), k=count),
        "region": dice.choices(list(REGIONS), k=count),
        "registered": dice.choices(DAYS, k=count),
    }
    return pl.DataFrame(made), pl.Series([dice.randrange(1, 100_000) for _ in range(count)])


def codes() -> None:
    """Spell and read: whole columns, and one code after the other."""
    tables = {
        "type": {code: name for name, code in TYPES.items()},
        "region": {code: name for name, code in REGIONS.items()},
    }
    rule = define(TEXT, tables=tables)
    spelling, reading = Race(), Race()
    for turn in range(ROUNDS):
        read_round(rule, reading, spell_round(rule, spelling, turn))
    for race, what in ((spelling, "spelt"), (reading, "read")):
        race.rates(f"{ROWS:,} codes {what} as a column", "column", "by hand", "codes/s")
        race.rates(f"codes {what} one after the other", "single", "by hand", "codes/s")


def spell_round(rule: Rule, race: Race, turn: int) -> pl.Series:
    """Spell the same codes in three ways; give them."""
    frame, numbers = customers(ROWS, seed=turn)
    few, some = frame.head(SINGLES).rows(named=True), numbers.head(SINGLES).to_list()
    speller = Speller(rule, TODAY)

    def one_by_one() -> list[str]:
        return [speller.scope(row).spell(n) for row, n in zip(few, some, strict=True)]

    def by_hand() -> list[str]:
        return [
            spell_by_hand(row["type"], row["region"], row["registered"], n)
            for row, n in zip(few, some, strict=True)
        ]

    column = race.run("column", ROWS, lambda: spell_column(rule, frame, numbers, today=TODAY))
    single = race.run("single", SINGLES, one_by_one)
    plain = race.run("by hand", SINGLES, by_hand)
    agree("codes", right=single == plain == column.head(SINGLES).to_list())
    return column  # type: ignore[no-any-return]


def read_round(rule: Rule, race: Race, column: pl.Series) -> None:
    """Read the same codes in three ways; one in a hundred has a slip in it."""
    column = column.scatter(range(0, ROWS, 100), column.gather_every(100).str.slice(1))
    few, parser = column.head(SINGLES).to_list(), Parser(rule)
    table = race.run("column", ROWS, lambda: parse_column(rule, column))
    single = race.run("single", SINGLES, lambda: [parser.read(code) for code in few])
    plain = race.run("by hand", SINGLES, lambda: [read_by_hand(code) for code in few])
    numbers = [parsed and parsed.number for parsed in single]
    agree("numbers", right=numbers == plain == table["number"].head(SINGLES).to_list())


# ---------------------------------------------------------------- check characters


def checks() -> None:
    """Compare all systems with python-stdnum, and the time that one takes."""
    dice = random.Random(0)  # noqa: S311
    for slug, rival in RIVALS.items():
        system = SYSTEMS[slug]
        for _ in range(5_000):
            text = "".join(dice.choices(system.alphabet, k=dice.randrange(1, 25)))
            agree(slug, right=system.compute(text) == str(rival(text)))
    say(f"{len(RIVALS)} check systems agree with python-stdnum on 5,000 texts each\n")
    system, race = SYSTEMS["37-36"], Race()
    for turn in range(ROUNDS):
        frame, numbers = customers(ROWS, seed=turn)
        column = frame["registered"].dt.strftime("VBJ%Y%m%d") + numbers.cast(pl.String)
        few = column.head(SINGLES).to_list()
        race.run("column", ROWS, lambda: system.compute_many(column))  # noqa: B023
        race.run("single", SINGLES, lambda: [system.compute(text) for text in few])  # noqa: B023
        race.run("by hand", SINGLES, lambda: [RIVALS["37-36"](text) for text in few])  # noqa: B023
    race.rates("check characters of a column (37-36)", "column", "by hand", "checks/s")
    race.rates("check characters one by one (37-36)", "single", "by hand", "checks/s")


# ---------------------------------------------------------------- the proof


def table(count: int) -> list[str]:
    """Give codes of two to four characters; none begins with another."""
    made = (
        *product(LETTERS[:8], LETTERS),
        *product(LETTERS[8:20], LETTERS[:12], LETTERS),
        *product(LETTERS[20:], LETTERS, LETTERS, "0123456789"),
    )
    dice = random.Random(0)  # noqa: S311
    return ["".join(characters) for characters in dice.sample(made, count)]


def register(text: str, *, shift: int = 0) -> list[Rule]:
    """Give rules that differ where the text has %, or else in their types, of two widths.

    Each table begins `shift` entries later than that of the rule before.
    """
    regions = [(code, f"region {code}") for code in table(ENTRIES + shift * RULES)]
    made = []
    for turn in range(RULES):
        own = LETTERS[turn // 24] + LETTERS[turn % 24]
        tables: dict[str, Any] = {"region": dict(regions[shift * turn :][:ENTRIES])}
        if "{type}" in text:
            tables["type"] = {own: "short", f"7{own}": "long"}
        terms: dict[str, Any] = {"name": f"r{turn}", "priority": turn, "earliest": DAYS[0]}
        made.append(define(text.replace("%", own), tables=tables, **terms))
    return made


def planted(rule: Rule) -> Rule:
    """Give a rule that shares codes with the other, but only those of one region on one day."""
    day = DAYS[1234]
    entry = rule.tables["region"].entries[1234]
    tables = {"region": {entry.code: entry.name}}
    return define(rule.text, tables=tables, name="planted", priority=-1, earliest=day, latest=day)


def equals_by_hand(rules: list[Rule], seed: int) -> int:
    """Spell random codes of each rule and count those that another has spelt before.

    The codes come from `spell_column`: nobody's own loop would give them sooner.
    """
    dice = random.Random(seed)  # noqa: S311
    seen: dict[str, str] = {}
    found = 0
    for rule in rules:
        days = [day for day in DAYS if rule.terms.earliest <= day <= (rule.terms.latest or TODAY)]
        made = {"registered": dice.choices(days, k=SAMPLE)} | {
            name: dice.choices([entry.name for entry in own.entries], k=SAMPLE)
            for name, own in rule.tables.items()
        }
        numbers = pl.Series([dice.randrange(1, 100_000) for _ in range(SAMPLE)])
        column = spell_column(rule, pl.DataFrame(made), numbers, today=TODAY)
        for code in column.str.replace_all("-", "", literal=True):
            found += seen.setdefault(code, rule.name) != rule.name
    return found


def proofs() -> None:
    """Prove registers that are harder and harder; each beside the search for equal codes."""
    behind = "{registered:YYYYMMDD}-{seq:5}{check:37-36}"
    registers = {
        "a prefix each": register(f"%-{{region}}-{behind}"),
        "one table in front, then letters": register(f"{{region}}-%-{behind}"),
        "one table in front, then types": register(f"{{region}}-{{type}}-{behind}"),
        "shifted tables in front, then types": register(f"{{region}}-{{type}}-{behind}", shift=20),
    }
    say(f"{RULES} rules with tables of {ENTRIES:,} entries: no two have a code in common\n")
    for what, rules in registers.items():
        race = Race()
        for turn in range(ROUNDS):
            fresh = [Rule.of(rule.definition()) for rule in rules]  # nothing is known of them yet
            proven = race.run("Mintmark: proved", 1, lambda: prove_all(fresh))  # noqa: B023
            agree("proofs", right=all(proof.holds for proof in proven))
            sampled = f"by hand: {RULES * SAMPLE:,} codes in a set"
            race.run(sampled, 1, lambda: equals_by_hand(rules, turn))  # noqa: B023
        race.durations(f"  {what}")
    rules = [*registers["a prefix each"], planted(registers["a prefix each"][7])]
    refusal = prove_all(rules)[-1].refusals[0]
    found = sum(equals_by_hand(rules, turn) > 0 for turn in range(ROUNDS))
    say(f"one rule more, that shares codes of one day and region: the proof says {refusal}\n")
    say(f"    by hand it was found in {found} of {ROUNDS} tries\n")


def main() -> None:
    """Run all rounds and print."""
    if os.environ.get("POLARS_MAX_THREADS") != "1":  # polars reads it when it is loaded
        one_core = {**os.environ, "POLARS_MAX_THREADS": "1"}
        os.execve(sys.executable, [sys.executable, *sys.argv], one_core)  # noqa: S606
    say(f"{platform.processor() or platform.machine()}, one core, Python ")
    say(f"{platform.python_version()}, {ROUNDS} interleaved rounds\n")
    codes()
    checks()
    proofs()


if __name__ == "__main__":
    main()
