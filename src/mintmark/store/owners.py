"""Whose keys are: asked for by the column, each distinct text once."""

import polars as pl

from mintmark.store import binary
from mintmark.store.customers import OWNERS, SHARED
from mintmark.store.loading import prints_of
from mintmark.store.sealing import Sealing
from mintmark.store.session import Session

_SHARING = f"SELECT DISTINCT near.customer {SHARED}"


class Owners:
    """Statements that look up many keys of one index."""

    def __init__(self, session: Session, sealing: Sealing) -> None:
        self._session = session
        self._sealing = sealing

    def of(self, index: str, texts: pl.Series) -> pl.DataFrame:
        """Tell whose keys these are: `place` of the text, `customer`; without those of nobody."""
        found = [pl.DataFrame(schema={"place": pl.UInt32, "customer": pl.Int64})]
        for asked in self._asked(index, texts):
            keys = asked["print"].unique().to_list()
            rows = self._session.ask(OWNERS, binary.fingerprints(keys)) if keys else []
            whose = [(key, binary.of_bigint(customer)) for key, customer in rows]
            owners = pl.DataFrame(whose, {"print": pl.Binary, "customer": pl.Int64}, orient="row")
            found.append(asked.join(owners, on="print").select("place", "customer"))
        return pl.concat(found)

    def sharing(self, index: str, texts: pl.Series, *, limit: int) -> set[int]:
        """Give the customers found under these texts, of each the first so many: to be compared."""
        found: set[int] = set()
        for asked in self._asked(index, texts):
            if keys := asked["print"].unique().to_list():
                given = (binary.halves(keys), limit.to_bytes(8, "big"))
                rows = self._session.ask(_SHARING, *given)
                found.update(binary.of_bigint(customer) for (customer,) in rows)
        return found

    def _asked(self, index: str, texts: pl.Series) -> list[pl.DataFrame]:
        """Give `place` and `print` of each text, under every version of the index key."""
        places = pl.Series(texts.is_not_null().arg_true(), dtype=pl.UInt32)
        return [
            pl.DataFrame({
                "place": places,
                "print": pl.Series(
                    prints_of(self._sealing, index, texts.drop_nulls(), version).tolist(),
                    dtype=pl.Binary,
                ),
            })
            for version in self._sealing.index_versions
        ]  # fmt: skip
