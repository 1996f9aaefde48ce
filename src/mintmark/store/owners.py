"""Whose keys are: asked for by the column, each distinct text once."""

from collections.abc import Iterable, Iterator

import numpy as np
import polars as pl

from mintmark.store import binary
from mintmark.store.customers import OWNERS, SHARED
from mintmark.store.fact_columns import Texts
from mintmark.store.loading import Ids, Prints, prints_of
from mintmark.store.sealing import Sealing
from mintmark.store.session import Session
from mintmark.store.sweeping import Sweeping

_SHARING = f"SELECT DISTINCT near.customer {SHARED}"


Asked = tuple[str, int, Texts]  # the fact that a key needs, the place of the first text, texts
MET = pl.Schema({"place": pl.UInt32, "fact": pl.String, "customer": pl.Int64})


class Owners:
    """Statements that look up many keys."""

    def __init__(self, session: Session, sealing: Sealing) -> None:
        self._session = session
        self._sealing = sealing

    def of(self, keys: Iterable[Asked], *, rows: int) -> pl.DataFrame:
        """Tell whose these keys are (`place`, `fact`, `customer`), without those of nobody.

        `rows`: how many ask. Many are told by one sweep over all keys.
        """
        sweeping = Sweeping(self._session)
        if sweeping.pays("identity", rows):
            return self._among_all(keys, sweeping)
        found = [pl.DataFrame(schema=MET)]
        for fact, begin, (index, texts) in keys:
            place = (pl.col("place") + begin).cast(pl.UInt32)
            named = pl.lit(fact).alias("fact")
            found += [some.select(place, named, "customer") for some in self._owners(index, texts)]
        return pl.concat(found)

    def _owners(self, index: str, texts: pl.Series) -> Iterator[pl.DataFrame]:
        for asked in self._asked(index, texts):
            keys = asked["print"].unique().to_list()
            rows = self._session.ask(OWNERS, binary.fingerprints(keys)) if keys else []
            whose = [(key, binary.of_bigint(customer)) for key, customer in rows]
            owners = pl.DataFrame(whose, {"print": pl.Binary, "customer": pl.Int64}, orient="row")
            yield asked.join(owners, on="print").select("place", "customer")

    def _among_all(self, keys: Iterable[Asked], sweeping: Sweeping) -> pl.DataFrame:
        asked = pl.concat([
            halves.with_columns(
                pl.Series("place", there + begin, dtype=pl.UInt32), pl.lit(fact).alias("fact")
            )
            for fact, begin, (index, texts) in keys
            for there, halves in self._halves(index, texts)
        ])  # fmt: skip
        found = (asked.join(some, on=["high", "low"]) for some in sweeping.keys("identity"))
        return pl.concat([pl.DataFrame(schema=MET), *(some.select(*MET) for some in found)])

    def sharing(self, keys: Iterable[Texts], *, rows: int, limit: int) -> set[int]:
        """Give the customers found under texts, of each the first so many: to be compared.

        `rows`: see `of`.
        """
        sweeping = Sweeping(self._session)
        if not sweeping.pays("fact_index", rows):
            return {one for index, texts in keys for one in self._near(index, texts, limit)}
        prints = [halves["high"] for key in keys for _, halves in self._halves(*key)]
        asked = pl.concat(prints).unique().to_frame()
        near = [some.join(asked, on="high", how="semi") for some in sweeping.keys("fact_index")]
        if not near:
            return set()
        first = pl.concat(near).unique().sort("customer").group_by("high").head(limit)
        return set(first["customer"])

    def _near(self, index: str, texts: pl.Series, limit: int) -> Iterator[int]:
        for asked in self._asked(index, texts):
            if keys := asked["print"].unique().to_list():
                given = (binary.halves(keys), limit.to_bytes(8, "big"))
                rows = self._session.ask(_SHARING, *given)
                yield from (binary.of_bigint(customer) for (customer,) in rows)

    def _halves(self, index: str, texts: pl.Series) -> Iterator[tuple[Ids, pl.DataFrame]]:
        """Give the places of texts, and their fingerprints as `high` and `low` numbers."""
        there = np.flatnonzero(texts.is_not_null().to_numpy())
        for prints in self._prints(index, texts):
            high, low = prints.view(">u8").reshape(-1, 2).T.astype(np.uint64)
            yield there, pl.DataFrame({"high": high, "low": low})

    def _prints(self, index: str, texts: pl.Series) -> Iterator[Prints]:
        for version in self._sealing.index_versions:
            yield prints_of(self._sealing, index, texts.drop_nulls(), version)

    def _asked(self, index: str, texts: pl.Series) -> list[pl.DataFrame]:
        """Give `place` and `print` of each text, under every version of the index key."""
        places = pl.Series(texts.is_not_null().arg_true(), dtype=pl.UInt32)
        return [
            pl.DataFrame({"place": places, "print": pl.Series(prints.tolist(), dtype=pl.Binary)})
            for prints in self._prints(index, texts)
        ]
