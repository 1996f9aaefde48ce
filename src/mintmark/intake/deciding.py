"""Who each row is: known already, the same as an earlier row, perhaps one of them, or new.

What rows share of unique facts is looked up by the keys that they are registered with; what
resembles is left to `match.linking`, which looks at the rows and at the customers of the register
whom they meet. Nothing is written.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from mintmark.customer import FACTS, Customer, Fields
from mintmark.match import compare, names_agree
from mintmark.match.linking import Linked, link
from mintmark.match.linking.clusters import clustered
from mintmark.registry.admit import could_be
from mintmark.registry.meeting import Meeting
from mintmark.registry.turns import CODE, CUSTOMER, KEY, LEADER, OCCURRENCE, OWNED, ROW
from mintmark.store import fact_columns
from mintmark.store.owners import MET

# What is to be done with a row that surely, or perhaps, is somebody there already.
SKIP, UPDATE, CREATE, ASK = "skip", "update", "create", "ask"
POLICIES = (SKIP, UPDATE, CREATE, ASK)
# What becomes of a row.
NEW, KNOWN, CHANGED, ASKED, CLASH = "new", "known", "changed", "asked", "clash"
DONE = "done"  # before the import was stopped
ENTERED = "entered"  # before that, too; but their facts may not have been changed yet
FATE = "\x00fate"
_FACTS = pl.exclude("^\x00.*$")
_CERTAIN = ("name", "phone", "email", "id_number")  # facts that `compare` goes by
_LIKELY = 0.9  # posterior from which on a row is said to be somebody there already
_NOT_TELLING = {"type", "owner", "remark", "industry", "branch", "registered", "contract"}
ALIKE = pl.Schema({
    "place": pl.UInt32, "other": pl.UInt32, "customer": pl.Int64, "posterior": pl.Float64,
    "evidence": pl.UInt32,
})  # fmt: skip
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is done with rows that are surely (`same`) or perhaps (`likely`) somebody there already.

    ``skip``: the row changes nothing; ``update``: its facts become the customer's; ``create``: it
    is a customer of its own; ``ask``: it is kept back for a person to decide.
    """

    same: str = SKIP
    likely: str = CREATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Every row with what becomes of it.

    `table` is what `Bulk` takes, of all rows, with the `FATE` of each. `alike`: the `place` of a
    row, whom it resembles (`other`, the place of a row, or `customer`), `posterior` and `evidence`
    (see `linking.evidence_of`), the likeliest first. `known`: the customers of the register (`id`,
    `code`, facts) who are met. `keys`: match keys of their names, where these were told.
    `apart`: whoever surely is somebody there is a customer of their own.
    """

    table: pl.DataFrame
    alike: pl.DataFrame
    known: pl.DataFrame
    keys: pl.DataFrame | None = None
    apart: bool = False


def decide(
    meeting: Meeting,
    rows: pl.DataFrame,
    policy: Policy,
    done: Mapping[int, int],
    came: Collection[int] = (),
) -> Decided:
    """Decide for each row, in order: `row` of the file, facts, perhaps `code` and `key`.

    `done`: rows that an import was done with before it was stopped, and the customer of each;
    `came`: those of them who came by it.
    """
    table, apart = _marked(rows), policy.same == CREATE
    facts = table.select(_FACTS)
    total = meeting.count()
    owners = meeting.owners(facts, table[OCCURRENCE]) if total else pl.DataFrame(schema=MET)
    finished = _finished(table, done)
    recorded = finished.fill_null(_recorded(meeting, table, owners))
    strangers = recorded.is_null().arg_true()
    if not len(strangers):
        table = table.with_columns(recorded.alias(CUSTOMER), _nobody(table).alias(LEADER))
        table = _fated(table, pl.DataFrame(schema=ALIKE), owners, policy, finished)
        table = _entered(table, policy, came)
        nobody = pl.DataFrame(schema=ALIKE)
        return Decided(table=table, alike=nobody, known=meeting.known([]), apart=apart)
    asked = facts if len(strangers) == facts.height else facts[strangers]
    met = _among(owners, strangers)
    named = _named(table, strangers, meeting) if total else {}
    ids = {*met["customer"], *named.values(), *(meeting.sharing(asked) if total else ())}
    known = meeting.known(sorted(ids))
    linked = link(
        asked.select(_telling(asked, meeting.fields)),
        known=known.select("id", *_telling(known, meeting.fields)) if known.height else None,
        population=total,
    )
    leaders = _leaders(asked, known, met, named, linked)
    table = table.with_columns(
        _whose(strangers, _elected(table, strangers, leaders), known, recorded)
    )
    alike = _alike(linked, leaders, strangers, known)
    table = _entered(_fated(table, alike, owners, policy, finished), policy, came)
    return Decided(table=table, alike=alike, known=known, keys=linked.keys, apart=apart)


def _nobody(table: pl.DataFrame) -> pl.Series:
    return pl.repeat(None, table.height, dtype=pl.UInt32, eager=True)


def _marked(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the rows, and how many equal ones come before each."""
    facts = rows.drop("row", "code", "key", strict=False)
    prints = facts.hash_rows().alias("print").to_frame()
    nth = prints.select(pl.int_range(pl.len(), dtype=pl.UInt32).over("print")).to_series()
    brought = {name: mark for name, mark in (("code", CODE), ("key", KEY)) if name in rows.columns}
    return facts.with_columns(
        rows["row"].alias(ROW),
        nth.alias(OCCURRENCE),
        *(rows[name].alias(mark) for name, mark in brought.items()),
    )


def _telling(table: pl.DataFrame, fields: Fields) -> list[str]:
    """Give the columns that tell one customer from another."""
    personal = {name for name, one in fields.items() if one.personal}
    wanted = {*FACTS, *personal} - _NOT_TELLING
    there = [name for name in table.columns if name in wanted]
    return [name for name in there if name == "name" or table[name].null_count() < table.height]


# ---------------------------------------------------------------- rows that were imported before


def _finished(table: pl.DataFrame, done: Mapping[int, int]) -> pl.Series:
    """Give the customers of rows that the import was done with before; null for others."""
    found = pl.DataFrame({ROW: list(done), "customer": list(done.values())},
                         {ROW: pl.UInt32, "customer": pl.Int64})  # fmt: skip
    found = found.filter(pl.col("customer") > 0)
    return table.select(ROW).join(found, on=ROW, how="left", maintain_order="left")["customer"]


def _recorded(meeting: Meeting, table: pl.DataFrame, owners: pl.DataFrame) -> pl.Series:
    """Give the customers of rows that were imported just like this before; null for others.

    Whoever writes into the database could have exchanged the keys of two customers: so the names
    have to agree.
    """
    nobody = pl.repeat(None, table.height, dtype=pl.Int64, eager=True)
    found = owners.filter(pl.col("fact") == "record").unique("place", maintain_order=True)
    if not found.height:
        return nobody
    names = meeting.known(found["customer"].unique().sort().to_list())
    both = found.with_columns(name=table["name"].gather(found["place"])).join(
        names.select(customer="id", called="name"), on="customer"
    )
    agree = [
        one == other or names_agree(Customer(name=one), Customer(name=other))
        for one, other in both.select("name", "called").iter_rows()
    ]
    sure = both.filter(pl.Series(agree, dtype=pl.Boolean))
    return nobody.scatter(sure["place"], sure["customer"])


# ---------------------------------------------------------------- who is the same


def _among(owners: pl.DataFrame, strangers: pl.Series) -> pl.DataFrame:
    """Give the owners of these rows' keys, by the places of the rows among them."""
    places = pl.DataFrame({"place": strangers.cast(pl.UInt32)}).with_row_index("at")
    found = owners.filter(pl.col("fact") != "record").join(places, on="place")
    return found.select("at", "customer").unique(maintain_order=True)


def _leaders(
    asked: pl.DataFrame,
    known: pl.DataFrame,
    met: pl.DataFrame,
    named: Mapping[int, int],
    linked: Linked,
) -> Places:
    """Give, for each row and then each known customer, the first of those who are one with it."""
    side = pl.when(pl.col("side") == "known").then(asked.height).otherwise(0)
    sure = linked.pairs.filter(pl.col("zone") == "sure")
    likely = sure.select(pl.col("left").cast(pl.Int64), pl.col("right").cast(pl.Int64) + side)
    certain = np.array(
        [*_exact(asked), *_owned(asked, known, met), *_called(asked, known, named)], np.int64
    ).reshape(-1, 2)
    pairs = np.concatenate([certain, likely.to_numpy().reshape(-1, 2)])
    coded = [False] * asked.height + [True] * known.height
    return clustered(pairs, coded, linked.numbers)


def _exact(asked: pl.DataFrame) -> Iterator[tuple[int, int]]:
    """Give pairs of rows that a shared key makes one customer, beyond doubt (see `compare`)."""
    numbers = asked["id_number"] if "id_number" in asked.columns else None
    for fact, (_, texts) in fact_columns.identity(asked):
        shared = pl.DataFrame({"text": texts}).with_row_index("at").drop_nulls()
        first = pl.col("at").first().over("text")
        again = shared.with_columns(first=first).filter(pl.col("at") != pl.col("first"))
        one, other = again["first"], again["at"]
        if fact == "id_number":  # one number: the names have to agree
            yield from _agreeing(asked["name"], one, other)
        elif numbers is None:
            yield from zip(one, other, strict=True)
        else:  # one name with one phone, say: but no two numbers
            apart = (numbers.gather(one) != numbers.gather(other)).fill_null(value=False)
            yield from zip(one.filter(~apart), other.filter(~apart), strict=True)


def _agreeing(names: pl.Series, one: pl.Series, other: pl.Series) -> Iterator[tuple[int, int]]:
    folded = fact_columns.folded(names)
    same = folded.gather(one) == folded.gather(other)
    yield from zip(one.filter(same), other.filter(same), strict=True)
    for first, second in zip(one.filter(~same), other.filter(~same), strict=True):
        if names_agree(Customer(name=names[first]), Customer(name=names[second])):
            yield first, second


def _owned(
    asked: pl.DataFrame, known: pl.DataFrame, met: pl.DataFrame
) -> Iterator[tuple[int, int]]:
    """Give pairs of a row and a customer of the register whom a key makes one, beyond doubt."""
    places = known.select(customer="id").with_row_index("known")
    for at, place in met.join(places, on="customer").select("at", "known").iter_rows():
        if _is_certain(asked, at, known, place):
            yield at, asked.height + place


def _named(table: pl.DataFrame, strangers: pl.Series, meeting: Meeting) -> dict[int, int]:
    """Give the customers who have the external keys of rows, by the places of these rows."""
    if KEY not in table.columns:
        return {}
    keys = table[KEY].gather(strangers)
    owners = meeting.called(keys.drop_nulls().to_list())
    return {at: owners[key] for at, key in enumerate(keys) if key in owners}


def _called(
    asked: pl.DataFrame, known: pl.DataFrame, named: Mapping[int, int]
) -> Iterator[tuple[int, int]]:
    """Give pairs of a row and a customer with its external key, if nothing speaks against it."""
    places = dict(zip(known["id"], range(known.height), strict=True))
    for at, customer in named.items():
        place = places.get(customer)
        if place is not None and could_be(_person(asked, at), _person(known, place)):
            yield at, asked.height + place


def _is_certain(rows: pl.DataFrame, one: int, others: pl.DataFrame, other: int) -> bool:
    likeness = compare(_person(rows, one), _person(others, other))
    return likeness is not None and likeness.certain


def _person(rows: pl.DataFrame, at: int) -> Customer:
    return Customer(**{fact: rows[fact][at] for fact in _CERTAIN if fact in rows.columns})


def _elected(table: pl.DataFrame, strangers: pl.Series, leaders: Places) -> Places:
    """Have rows led by the first of them that brings a code: it is the customer's."""
    if CODE not in table.columns:
        return leaders
    brings = table[CODE][strangers].is_not_null().arg_true().to_numpy()
    roots, first = np.unique(leaders[brings], return_index=True)
    elected = np.arange(len(leaders))
    elected[roots] = np.where(roots < len(strangers), brings[first], roots)
    return elected[leaders]


def _whose(
    strangers: pl.Series, leaders: Places, known: pl.DataFrame, recorded: pl.Series
) -> list[pl.Series]:
    """Give `CUSTOMER` and `LEADER` of each row: those of a cluster without a customer are led."""
    count, places = len(strangers), strangers.to_numpy()
    ids = np.zeros(len(leaders), np.int64)
    ids[leaders[count:]] = known["id"].to_numpy()
    first = leaders[:count]
    of_known = ids[first]
    met, led = of_known > 0, (first != np.arange(count)) & (of_known == 0)
    customers = recorded.scatter(places[met], of_known[met])
    nobody = pl.repeat(None, len(recorded), dtype=pl.UInt32, eager=True)
    led_by = nobody.scatter(places[led], pl.Series(places[first[led]], dtype=pl.UInt32))
    return [customers.alias(CUSTOMER), led_by.alias(LEADER)]


def _alike(
    linked: Linked, leaders: Places, strangers: pl.Series, known: pl.DataFrame
) -> pl.DataFrame:
    """Give whom rows resemble, of two rows the later one, without those who are one."""
    pairs, count = linked.pairs, len(strangers)
    left = pairs["left"].to_numpy().astype(np.int64)
    right = pairs["right"].to_numpy().astype(np.int64)
    is_known = (pairs["side"] == "known").to_numpy()
    apart = leaders[left] != leaders[right + count * is_known]
    apart &= pairs["posterior"].to_numpy() >= _LIKELY
    places = strangers.to_numpy()
    row = np.where(is_known, left, np.maximum(left, right))
    other = np.where(is_known, left, np.minimum(left, right))  # of a customer's, it says nothing
    customers = known["id"].gather(np.where(is_known, right, 0)) if known.height else None
    nobody = pl.repeat(None, pairs.height, dtype=pl.Int64, eager=True)
    whose = nobody if customers is None else customers.set(pl.Series(~is_known), None)
    return pl.DataFrame({
        "place": pl.Series(places[row], dtype=pl.UInt32),
        "other": pl.Series(places[other], dtype=pl.UInt32).set(pl.Series(is_known), None),
        "customer": whose,
        "posterior": pairs["posterior"],
        "evidence": pairs["evidence"],
    }).filter(pl.Series(apart))  # fmt: skip


# ---------------------------------------------------------------- what becomes of each row


def _fated(
    table: pl.DataFrame,
    alike: pl.DataFrame,
    owners: pl.DataFrame,
    policy: Policy,
    finished: pl.Series,
) -> pl.DataFrame:
    """Give the rows with their fate, and which keys become their own."""
    if policy.same == CREATE:
        nobody = {CUSTOMER: pl.lit(None, pl.Int64), LEADER: pl.lit(None, pl.UInt32)}
        table = table.with_columns(**nobody)
    fates = _fates(table, alike, policy).set(finished.is_not_null(), DONE)
    table = table.with_columns(
        fates.alias(FATE), finished.fill_null(table[CUSTOMER]).alias(CUSTOMER)
    )
    owned = [_own(table, fact, texts, owners) for fact, texts in _identity(table)]
    table = table.with_columns(
        _free(table, "record", owners).alias(OWNED["record"]), *(own for own, _ in owned)
    )
    clashing = next((taken for own, taken in owned if own.name == OWNED["id_number"]), None)
    if clashing is not None:
        table = table.with_columns(table[FATE].set(clashing, CLASH))
    return _followed(table)


def _fates(table: pl.DataFrame, alike: pl.DataFrame, policy: Policy) -> pl.Series:
    """Give what becomes of each row, as far as the policy says."""
    same = {SKIP: KNOWN, UPDATE: CHANGED, ASK: ASKED}.get(policy.same, NEW)
    doubtful = pl.Series(np.isin(np.arange(table.height), alike["place"].to_numpy()))
    fate = (
        pl.when(pl.col(CUSTOMER).is_not_null())
        .then(pl.lit(same))
        .when(pl.col(LEADER).is_not_null())  # whoever comes first in the file is as they come there
        .then(pl.lit(KNOWN if same == CHANGED else same))
        .when(pl.lit(doubtful & (policy.likely == ASK)))
        .then(pl.lit(ASKED))
        .otherwise(pl.lit(NEW))
    )
    return table.select(fate.alias(FATE)).to_series()


def _entered(table: pl.DataFrame, policy: Policy, came: Collection[int]) -> pl.DataFrame:
    """Find the rows whose customers were there before the import, and were to be changed."""
    if policy.same != UPDATE:
        return table
    fate = pl.col(FATE)
    older = (fate == DONE) & ~pl.col(CUSTOMER).is_in(list(came))
    return table.with_columns(pl.when(older).then(pl.lit(ENTERED)).otherwise(fate).alias(FATE))


def _identity(table: pl.DataFrame) -> Iterator[tuple[str, pl.Series]]:
    return ((fact, texts) for fact, (_, texts) in fact_columns.identity(table.select(_FACTS)))


def _free(table: pl.DataFrame, fact: str, owners: pl.DataFrame) -> pl.Series:
    """Tell whose key of that fact nobody in the register has."""
    owned = owners.filter(pl.col("fact") == fact)["place"].to_numpy()
    return pl.Series(~np.isin(np.arange(table.height), owned))


def _own(
    table: pl.DataFrame, fact: str, texts: pl.Series, owners: pl.DataFrame
) -> tuple[pl.Series, pl.Series]:
    """Tell which new rows get the key as their own, and which find that somebody has it."""
    asking = texts.is_not_null() & (table[FATE] == NEW)
    first = texts.set(~asking, None).is_first_distinct()
    own = asking & first & _free(table, fact, owners)
    return own.alias(OWNED[fact]), asking & ~own


def _followed(table: pl.DataFrame) -> pl.DataFrame:
    """Let rows that are led by one who is not written share its fate."""
    of_leader = table[FATE].gather(table[LEADER])
    kept_back = of_leader.is_in([ASKED, CLASH]).fill_null(value=False)
    return table.with_columns(pl.when(kept_back).then(of_leader).otherwise(FATE).alias(FATE))
