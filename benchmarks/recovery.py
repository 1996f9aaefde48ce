"""Recovering codes from damaged memories, over sealed customers: how well, how fast, how much room.

    python benchmarks/recovery.py                       # 100,000 and 1,000,000 customers
    python benchmarks/recovery.py --quick               # 20,000, a minute
    python benchmarks/recovery.py --customers 5000000
    python benchmarks/recovery.py --trigrams postgresql://…   # beside pg_trgm on that server

Customers are those of `people.py`, nobody in it is real. Beside ours, in the same run: the same
keys and scores over a dict of texts that lie open (up to a million customers), which is what
sealing costs; a scan of all names by rapidfuzz; and trigrams over open text, where a server with
pg_trgm is said. The embedded server brings no extensions.
"""

import argparse
import gc
import os
import platform
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import psycopg
from rapidfuzz import fuzz, process

import mintmark
from mintmark.customer import Customer
from mintmark.match import Asked, Key, Remembered, keys_of, rank, wanted
from mintmark.store.facts import search_keys

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.filling import RULE, fill
from benchmarks.people import PHONE_DAMAGES, Made, Query, customers, queries
from benchmarks.racing import say, verdict

Search = Callable[[Query], Sequence[Customer]]
SHOWN = 10
SCANNED = 120  # queries for rapidfuzz and pg_trgm, which take long
BEST = 60, 150  # as in registry/recovering.py
HEARD = ("homophone", "pinyin", "swapped characters", "word order")
DIGITS = ("digit wrong", "digits swapped")
CALLS = 300
OPEN = 1_000_000  # customers; the keys of more would not fit into memory as a dict
COSTS = 0.5  # points of a hundred that sealing may cost


class Hits:
    """How often the one who is meant stood first, and among the first ten."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.first: Counter[str] = Counter()
        self.shown: Counter[str] = Counter()
        self.waits: list[float] = []

    @classmethod
    def of(cls, made: Made, asked: Iterable[Query], search: Search) -> "Hits":
        """Ask, and count; whoever is the same in all facts is as good."""
        hits = cls()
        for query in asked:
            begun = perf_counter()
            found = search(query)[:SHOWN]
            hits.waits.append(perf_counter() - begun)
            meant = made.customers[query.place]
            hits.asked[query.damage] += 1
            hits.first[query.damage] += found[:1] == [meant]
            hits.shown[query.damage] += meant in found
        return hits

    def rate(self, kinds: Iterable[str] | None = None) -> float:
        """Give the share of queries of these kinds, or of all, with a hit among the ten."""
        chosen = list(kinds or self.asked)
        return sum(self.shown[k] for k in chosen) / max(1, sum(self.asked[k] for k in chosen))

    def tell(self, what: str, kinds: Iterable[str] | None, wanted: float) -> None:
        """Print whether it is as wanted."""
        rate = self.rate(kinds)
        say(f"    {what}: hit@10 {rate:.3f}; wanted {wanted}: {verdict(right=rate >= wanted)}\n")

    def show(self, beside: "Hits | None") -> None:
        """Print every kind of damage, with the other way's hits."""
        ways = [self] if beside is None else [self, beside]
        say(f"    {'':20}    n  hit@1 hit@10{'  unsealed@1 @10' if beside else ''}\n")
        for kind, n in self.asked.items():
            rates = "  ".join(f"{h.first[kind] / n:5.3f}  {h.shown[kind] / n:5.3f}" for h in ways)
            say(f"    {kind:20} {n:4}  {rates}\n")


def told(waits: Sequence[float]) -> str:
    """Give p50 and p99 in milliseconds."""
    ordered = sorted(waits)
    return f"p50 {median(ordered) * 1e3:.2f} ms, p99 {at(ordered, 0.99):.2f} ms"


def at(ordered: Sequence[float], share: float) -> float:
    """Give what this share took at most, in milliseconds."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1e3


# ---------------------------------------------------------------- the ways to search


def ours(register: mintmark.Register) -> Search:
    """Search the register."""

    def search(query: Query) -> list[Customer]:
        said = {"name": query.name, "phone": query.phone}
        facts = {fact: text for fact, text in said.items() if text}
        found = register.recover(limit=SHOWN, attributes=None, code=None, **facts)
        return [one.found.customer for one in found if one.found.customer]

    return search


def unsealed(made: Made) -> Search:
    """Search a dict of open texts by the same keys, and score alike."""
    places: defaultdict[Key, list[int]] = defaultdict(list)
    for place, customer in enumerate(made.customers):
        for key in (*keys_of(customer), *search_keys(customer)):
            places[key].append(place)

    def search(query: Query) -> list[Customer]:
        said = Remembered(name=query.name, phone=query.phone)
        asked, seen, ranked = Asked.of(said), dict[int, Customer](), []
        for most, keys in zip(BEST, wanted(said), strict=True):
            together: Counter[int] = Counter()
            for key, weight in keys.items():
                for place in places.get(key, ()):
                    together[place] += weight  # type: ignore[assignment]
            best = sorted(together, key=lambda place: (-together[place], place))[:most]
            seen |= {place: made.customers[place] for place in best}
            ranked = rank(asked, list(seen.values()))
            if any(one.suffices for _, one in ranked):
                break
        people = list(seen.values())
        return [people[place] for place, one in ranked if one.evidence]

    return search


def scan(made: Made) -> Search:
    """Compare a text with those of all customers, one by one."""
    names = [one.name.casefold() for one in made.customers]
    phones = [(one.phone or "")[3:] for one in made.customers]

    def search(query: Query) -> list[Customer]:
        text, among = (query.name.casefold(), names) if query.name else (query.phone, phones)
        found = process.extract(text, among, scorer=fuzz.ratio, limit=SHOWN)
        return [made.customers[place] for _, _, place in found]

    return search


def trigrams(connection: psycopg.Connection[tuple[int]], made: Made) -> Search:
    """Search open text by pg_trgm, the nearest first."""
    connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    connection.execute("CREATE TEMPORARY TABLE people (id bigint, name text, phone text)")
    with connection.cursor() as cursor, cursor.copy("COPY people FROM STDIN") as copy:
        for place, one in enumerate(made.customers):
            copy.write_row((place, one.name, one.phone or ""))
    connection.execute("CREATE INDEX ON people USING gist (name gist_trgm_ops)")
    connection.execute("CREATE INDEX ON people USING gist (phone gist_trgm_ops)")
    connection.execute("ANALYZE people")

    def search(query: Query) -> list[Customer]:
        column = "name" if query.name else "phone"
        nearest = f"SELECT id FROM people ORDER BY {column} <-> %s LIMIT {SHOWN}"
        rows = connection.execute(nearest.encode(), (query.name or query.phone,))
        return [made.customers[place] for (place,) in rows]

    return search


# ---------------------------------------------------------------- what is asked


def both(made: Made, asked: Sequence[Query], seed: int = 3) -> list[Query]:
    """Damage the phones of those whose names are damaged, too."""
    dice, found = random.Random(seed), []  # noqa: S311 - a benchmark has to repeat
    for query in asked:
        phone = made.customers[query.place].phone
        if phone and query.name:
            kind = dice.choice(list(PHONE_DAMAGES))
            damaged = PHONE_DAMAGES[kind](dice, phone)
            found.append(Query(place=query.place, damage=query.damage, name=query.name,
                               phone=damaged))  # fmt: skip
    return found


def quality(register: mintmark.Register, made: Made, count: int, server: str | None) -> None:
    """Ask what is remembered in every way, and print who was found."""
    rare = queries(made, count, seed=2, rare=3)
    names, phones = [q for q in rare if q.name], [q for q in rare if q.phone]
    twofold = both(made, names)
    search, beside = ours(register), unsealed(made) if len(made.customers) <= OPEN else None
    gc.freeze()  # what the benchmark itself holds is not looked through again and again
    table: dict[str, tuple[Hits, Hits | None]] = {}
    for what, asked in (("name alone", names), ("phone alone", phones), ("both", twofold)):
        table[what] = Hits.of(made, asked, search), beside and Hits.of(made, asked, beside)
        say(f"  {what}: {told(table[what][0].waits)}\n")
        table[what][0].show(table[what][1])
    table["both"][0].tell("name and phone, both damaged", None, 0.98)
    alone = table["name alone"][0]
    alone.tell("misspelt name alone, shared by at most 3", None, 0.93)
    alone.tell("homophone, pinyin, word order", HEARD, 0.985)
    table["phone alone"][0].tell("phone with a wrong or two swapped digits", DIGITS, 0.95)
    costs = [100 * (other.rate() - sealed.rate()) for sealed, other in table.values() if other]
    if costs:
        right = max(costs) <= COSTS
        say(f"    sealing costs {max(costs):.2f} points; wanted at most {COSTS}: ")
        say(f"{verdict(right=right)}\n")
    waits = sorted(wait for sealed, _ in table.values() for wait in sealed.waits)
    limits("recover", waits, 15)
    # Drawn, not each n-th: damages take turns, and each n-th may be of one kind.
    every = [*names, *phones]
    dice = random.Random(5)  # noqa: S311 - a benchmark has to repeat
    others(made, dice.sample(every, min(SCANNED, len(every))), search, server)


def others(made: Made, asked: Sequence[Query], search: Search, server: str | None) -> None:
    """Print the others, over open text, beside ours on the same queries."""
    ways = {"Mintmark, sealed": search, "rapidfuzz, a scan of open text": scan(made)}
    if server is None:
        say("    pg_trgm: not on the embedded server, which has no extensions; see --trigrams\n")
    else:
        ways["pg_trgm, open text"] = trigrams(psycopg.connect(server, autocommit=True), made)
    for what, way in ways.items():
        hits = Hits.of(made, asked, way)
        say(f"    {what:32} hit@10 {hits.rate():.3f}  {told(hits.waits)}\n")


# ---------------------------------------------------------------- how fast, how much room


def limits(what: str, waits: Sequence[float], most: float) -> None:
    """Print how long calls took."""
    right = at(sorted(waits), 0.99) <= most
    say(f"    {what:8} {told(waits)}; wanted p99 at most {most} ms: {verdict(right=right)}\n")


def speed(register: mintmark.Register, made: Made) -> None:
    """Look up codes and phones that there are."""
    dice = random.Random(4)  # noqa: S311 - a benchmark has to repeat
    phones = [one.phone for one in made.customers if one.phone]
    codes = [one.code for one in register.find(phone=dice.choice(phones)).found]
    for _ in range(CALLS):
        codes += [one.code for one in register.find(phone=dice.choice(phones)).found][:1]
    for what, call, given, most in (
        ("resolve", register.resolve, codes, 1.0),
        (
            "find",
            lambda phone: register.find(phone=phone).found,
            dice.choices(phones, k=CALLS),
            3.0,
        ),
    ):
        waits = []
        for one in given:
            begun = perf_counter()
            call(one)
            waits.append(perf_counter() - begun)
        limits(what, waits, most)


def settle(register: mintmark.Register) -> dict[str, int]:
    """Do what autovacuum would do after a while; give the bytes of each table with its indexes."""
    sizes = """
        SELECT relname, pg_total_relation_size(c.oid) FROM pg_class c JOIN pg_namespace n
        ON n.oid = relnamespace WHERE nspname LIKE 'mintmark%' AND relkind = 'r'
        ORDER BY 2 DESC
    """
    with psycopg.connect(register._store.conninfo, autocommit=True) as connection:  # noqa: SLF001
        for table in ("code", "customer"):
            connection.execute(f"VACUUM FULL mintmark.{table}".encode())
        connection.execute("VACUUM ANALYZE")
        return dict(connection.execute(sizes.encode()).fetchall())


def measure(count: int, asked: int, server: str | None, folder: Path | None) -> None:
    """Fill a register with so many customers, and measure."""
    made = customers(count)
    with tempfile.TemporaryDirectory() as name:
        place = folder or Path(name) / "register"
        is_new = not place.exists()
        with mintmark.open(place, create=True) as register:
            say(f"{count:,} customers, all sealed\n")
            if is_new:
                register.publish(RULE)
                begun = perf_counter()
                for _ in fill(register, made.customers):
                    pass
                seconds = perf_counter() - begun
                say(f"    loaded in {seconds:.0f} s, {count / seconds:,.0f} a second\n")
            sizes = {table: size for table, size in settle(register).items() if size > count}
            each = ", ".join(f"{table} {size / count:.0f}" for table, size in sizes.items())
            say(f"    {sum(sizes.values()) / count:.0f} bytes a customer: {each}\n")
            speed(register, made)
            quality(register, made, asked, server)


def main() -> None:
    """Measure every size."""
    options = argparse.ArgumentParser()
    options.add_argument("--customers", type=int, nargs="*", default=[100_000, 1_000_000])
    options.add_argument("--queries", type=int, default=1600)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--trigrams", metavar="URL")
    options.add_argument("--folder", type=Path, help="a register that filling.py filled")
    given = options.parse_args()
    sys.stdout.write(f"{platform.machine()}, {os.cpu_count()} cores, ")
    sys.stdout.write(f"Python {platform.python_version()}\n")
    counts, asked = ([20_000], 320) if given.quick else (given.customers, given.queries)
    for count in counts:
        measure(count, asked, given.trigrams, given.folder)


if __name__ == "__main__":
    main()
