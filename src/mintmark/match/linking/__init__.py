"""Which of many records are one customer: within a file, and between it and the register (pure).

Candidates share a key that few others have (`blocking`), are compared fact by fact (`levels`), and
weighed by how much each agreement says among so many (`weights`). What comes of it is in three
zones: *surely* one customer, to be *reviewed*, and the rest, which is new. Only what is sure is
joined by itself, and never two customers of the register.

>>> file = pl.DataFrame({
...     "name": ["张伟明", "Zhang Weiming", "李秀英"],
...     "phone": ["+8613875014587", "+8613875014587", "+8613875014587"],
...     "email": ["zwm@example.com", "zwm@example.com", None],
... })
>>> linked = link(file)
>>> linked.pairs.select("left", "right", "zone").rows()
[(0, 1, 'sure')]
>>> evidence_of(linked.pairs["evidence"][0])
('same-sound', 'same-phone', 'same-email')
>>> linked.clusters["cluster"].to_list()
[0, 0, 2]
"""

from dataclasses import dataclass
from itertools import chain

import numpy as np
import polars as pl

from mintmark.match.linking.blocking import candidates
from mintmark.match.linking.clusters import clustered, same_numbers
from mintmark.match.linking.coding import Numbers
from mintmark.match.linking.levels import LEVELS, Agreement, compared
from mintmark.match.linking.records import Records, gathered
from mintmark.match.linking.weights import Judged, judged

__all__ = ["EVIDENCE", "SIDE", "SURE", "ZONE", "Linked", "evidence_of", "link"]

SURE = 0.999  # posterior
_WORTH = 0.1  # posterior from which on a pair is worth a look
ZONE = pl.Enum(["sure", "review"])
SIDE = pl.Enum(["file", "known"])
EVIDENCE = tuple(chain.from_iterable(LEVELS.values()))
"""What the bits of `evidence` stand for, the lowest first."""
_NAMED, _LIKE, _OTHER = 2, 3, 3  # levels: a name up to the same sound, a similar one; another ID


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Pairs that may be one customer, and the clusters of those that surely are.

    `pairs`, the surest first: `left` (row of the file, UInt32), `right` (row of the file, or of
    the known customers: see `side`), `weight` (log2 of the likelihood ratio), `posterior`, `zone`
    and `evidence` (see `evidence_of`).
    """

    pairs: pl.DataFrame
    keys: pl.DataFrame  # match keys of the distinct names, as `keys_of_names` gives them
    numbers: Numbers  # ID numbers of the file's rows, then of the known ones; -1: none
    file: int  # how many rows the file has

    @property
    def clusters(self) -> pl.DataFrame:
        """Those who surely are one customer.

        For each row of the file (`row`) its `cluster` (the first row of it) and the row of the
        `known` customer that it is, or null.
        """
        sure = self.pairs.filter(pl.col("zone") == "sure")
        return _clusters(sure, self.numbers, self.file)

    def clusters_at(self, posterior: float) -> pl.DataFrame:
        """Give the clusters as if all pairs of at least this posterior were one customer.

        0.1 at least. For measuring, and for a preview of what reviewing may come to.
        """
        return _clusters(
            self.pairs.filter(pl.col("posterior") >= posterior), self.numbers, self.file
        )


def link(
    records: pl.DataFrame, *, known: pl.DataFrame | None = None, population: int | None = None
) -> Linked:
    """Find who of a file's records are one customer, or one of the `known` (with `id`).

    Columns, all but `name` optional, in canonical form, null for nothing: `name`, `former_name`,
    `phone`, `email`, `id_number`, `address`, `region`; any others are compared as details, a date
    as it is written. `population`: how many customers the register has, if `known` are only some
    of them: the more there are, the less a chance agreement says.
    """
    everybody = gathered(records, known, (population or 0) + len(records))
    pairs = candidates(everybody)
    agreement = compared(everybody, pairs)
    weighed = judged(everybody, agreement)
    worth = np.flatnonzero(weighed.posterior >= _WORTH)
    order = worth[np.lexsort((pairs[worth, 1], pairs[worth, 0], -weighed.weight[worth]))]
    found = _pairs(everybody, pairs[order], _at(agreement, order), _of(weighed, order))
    numbers = _numbers(everybody, found, _level(agreement, "id_number")[order], len(records))
    return Linked(pairs=found, keys=everybody.told, numbers=numbers, file=len(records))


def evidence_of(mask: int) -> tuple[str, ...]:
    """Give the slugs of what speaks for a pair, and against it.

    >>> evidence_of(1 | 1 << EVIDENCE.index("other-phone"))
    ('same-name', 'other-phone')
    """
    return tuple(slug for bit, slug in enumerate(EVIDENCE) if mask >> bit & 1)


def _level(agreement: Agreement, fact: str) -> Numbers:
    return agreement.levels[:, agreement.facts.index(fact)]


def _at(agreement: Agreement, places: Numbers) -> Agreement:
    return Agreement(
        facts=agreement.facts,
        levels=agreement.levels[places],
        rarity=agreement.rarity[places],
    )


def _of(judgement: Judged, places: Numbers) -> Judged:
    return Judged(
        weight=judgement.weight[places],
        posterior=judgement.posterior[places],
        m=judgement.m,
        prior=judgement.prior,
    )


def _pairs(
    records: Records, pairs: Numbers, agreement: Agreement, judgement: Judged
) -> pl.DataFrame:
    places, of_known = records.places[pairs], records.known[pairs]
    # The file's row stands on the left; of two, the one that comes first.
    turned = of_known[:, 0] | (~of_known[:, 1] & (places[:, 0] > places[:, 1]))
    left = np.where(turned, places[:, 1], places[:, 0])
    right = np.where(turned, places[:, 0], places[:, 1])
    sure = (judgement.posterior >= SURE) & _strong(agreement)
    found = pl.DataFrame(
        {
            "left": left.astype(np.uint32),
            "right": right.astype(np.uint32),
            "side": of_known.any(axis=1),
            "weight": judgement.weight,
            "posterior": judgement.posterior,
            "zone": sure,
            "evidence": _masks(agreement),
        }
    )
    side = pl.when("side").then(pl.lit("known")).otherwise(pl.lit("file")).cast(SIDE)
    zone = pl.when("zone").then(pl.lit("sure")).otherwise(pl.lit("review")).cast(ZONE)
    return found.with_columns(side=side, zone=zone)


def _strong(agreement: Agreement) -> Numbers:
    """Tell pairs with a strong identifier under names that agree, and no ID number against it."""
    name, number = _level(agreement, "name"), _level(agreement, "id_number")
    reached = (_level(agreement, "phone") == 1) | (_level(agreement, "email") == 1)
    strong = ((number == 1) & (name <= _LIKE)) | (reached & (name <= _NAMED))
    found: Numbers = (name > 0) & strong & (number != _OTHER)
    return found


def _masks(agreement: Agreement) -> Numbers:
    masks = np.zeros(len(agreement.levels), dtype=np.uint32)
    starts = dict(zip(LEVELS, np.cumsum([0, *map(len, LEVELS.values())]).tolist(), strict=False))
    for place, fact in enumerate(agreement.facts):
        level = agreement.levels[:, place]
        bits = starts.get(fact, starts["detail"]) + level - 1
        masks |= np.where(level > 0, np.uint32(1) << np.maximum(bits, 0).astype(np.uint32), 0)
    return masks


def _numbers(records: Records, pairs: pl.DataFrame, id_level: Numbers, file: int) -> Numbers:
    """Give the ID numbers in the order of the rows; what a sure-enough pair miswrote is one."""
    rows = records.places.astype(np.int64) + np.where(records.known, file, 0)
    codes = np.empty(len(rows), dtype=np.int64)
    codes[rows] = records.columns["id_number"].codes
    miswritten = pl.Series((id_level == 2) & (pairs["posterior"].to_numpy() >= SURE))  # noqa: PLR2004
    return same_numbers(codes, _rows(pairs.filter(miswritten), file))


def _rows(pairs: pl.DataFrame, file: int) -> Numbers:
    """Give pairs as places among the file's rows and the known ones after them."""
    right = pl.col("right").cast(pl.Int64) + pl.when(pl.col("side") == "known").then(
        file
    ).otherwise(0)
    return pairs.select(pl.col("left").cast(pl.Int64), right).to_numpy()


def _clusters(pairs: pl.DataFrame, numbers: Numbers, file: int) -> pl.DataFrame:
    coded = np.arange(len(numbers)) >= file
    roots = clustered(_rows(pairs, file), coded.tolist(), numbers)
    known = np.full(len(roots), -1)
    known[roots[coded]] = np.flatnonzero(coded) - file
    found = pl.Series(known[roots[:file]])
    return pl.DataFrame(
        {
            "row": np.arange(file, dtype=np.uint32),
            "cluster": roots[:file].astype(np.uint32),
            "known": found.set(found < 0, None).cast(pl.UInt32),
        }
    )
