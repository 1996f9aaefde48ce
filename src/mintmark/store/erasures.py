"""The tables on shredding: whose facts are gone, whose must not go; and the shredding itself."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql
from psycopg.rows import class_row

from mintmark.store.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """That a customer's facts were shredded: when, by whom, why.

    `customer` is the inner number. After a restore it may be another customer's, who was added at
    another time than `added_at`.
    """

    customer: int
    added_at: datetime
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold:
    """That a customer's facts must be kept: since when, by whom, why; until it ended."""

    customer: int
    since: datetime
    actor: str
    reason: str
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What tells a customer from another one of the same number, and whether they were shredded."""

    id: int
    added_at: datetime
    shredded_at: datetime | None


FOUND_BY = ("identity", "fact_index", "match_key", "external_key")
"""The tables by which a customer is found; their rows go with the facts."""
_MANY = 20  # customers; an index of block ranges is read once for each, a table once for all
_LOCK = 0x4D696E7453687264  # "MintShrd" in ASCII: the advisory lock of those who shred
_ERASURES = """
SELECT e.customer, c.added_at, e.at, e.actor, e.reason FROM erasure e JOIN customer c
ON c.id = e.customer
"""
_STANDING = "SELECT id, added_at, shredded_at FROM customer WHERE id = ANY (%s) ORDER BY id"
_CLEAR = """
UPDATE customer SET sealed = NULL, unsealed = NULL, fields = NULL, owner = NULL,
    shredded_at = gone.at,
    attributes = (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(attributes)
                  WHERE key = ANY (%s))
FROM unnest(%s::bigint[], %s::timestamptz[]) AS gone (id, at) WHERE customer.id = gone.id
"""
# For whom and why a code was held may name the customer; why it is void is the code's own story.
_CLEAR_CODES = """
UPDATE code SET holder = NULL, reason = CASE WHEN voided_at IS NULL THEN NULL ELSE reason END,
    attributes = (SELECT jsonb_object_agg(key, value) FROM jsonb_each(attributes)
                  WHERE key = ANY (%s))
WHERE customer = ANY (%s) AND (holder IS NOT NULL OR reason IS NOT NULL OR attributes IS NOT NULL)
"""
_NOTE = """
INSERT INTO erasure
SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[])
"""
_HOLDS = """
SELECT * FROM legal_hold
WHERE ended_at IS NULL AND (%s::bigint[] IS NULL OR customer = ANY (%s)) ORDER BY since, customer
"""
_HOLD = "INSERT INTO legal_hold (customer, since, actor, reason) VALUES (%s, %s, %s, %s)"
_END = """
UPDATE legal_hold SET ended_at = %s, ended_by = %s, ended_reason = %s
WHERE customer = ANY (%s) AND ended_at IS NULL RETURNING customer
"""


class Erasures:
    """Statements on `erasure`, `legal_hold` and `replayed`, and on all that shredding destroys."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def alone(self) -> None:
        """Keep out everybody else who would shred, until the work ends."""
        self._session.connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))

    def standing(self, ids: Collection[int], *, lock: bool = False) -> dict[int, Standing]:
        """Tell who is there; `lock` them until the work ends."""
        query = f"{_STANDING} FOR UPDATE" if lock else _STANDING
        with self._session.connection.cursor(row_factory=class_row(Standing)) as cursor:
            return {one.id: one for one in cursor.execute(query.encode(), (list(ids),))}

    def those(self, ids: Collection[int]) -> dict[int, Erasure]:
        """Find the erasures of customers."""
        found = self._erasures(f"{_ERASURES} WHERE e.customer = ANY (%s)", list(ids))
        return {one.customer: one for one in found}

    def every(self) -> list[Erasure]:
        """Give all erasures, the first ones first."""
        return self._erasures(f"{_ERASURES} ORDER BY e.at, e.customer")

    def destroy(self, erasures: Sequence[Erasure], *, keep: Iterable[str]) -> None:
        """Destroy the facts of customers and all by which they are found; `keep` attributes."""
        ids, kept = [one.customer for one in erasures], list(keep)
        at = [one.at for one in erasures]
        execute = self._session.connection.execute
        if len(ids) > _MANY:
            execute("SET LOCAL enable_bitmapscan = off")
        execute(_CLEAR, (kept, ids, at))
        execute(_CLEAR_CODES, (kept, ids))
        execute("DELETE FROM data_key WHERE customer = ANY (%s)", (ids,))
        for table in (*FOUND_BY, "change"):
            delete = sql.SQL("DELETE FROM {} WHERE customer = ANY (%s)")
            execute(delete.format(sql.Identifier(table)), (ids,))
        who, why = [one.actor for one in erasures], [one.reason for one in erasures]
        execute(_NOTE, (ids, at, who, why))

    # ------------------------------------------------------------ the erasure list

    def replayed(self) -> bytes | None:
        """Give the digest of the list that the register was last in step with."""
        row = self._session.connection.execute("SELECT list FROM replayed").fetchone()
        return row[0] if row else None

    def note(self, digest: bytes | None) -> None:
        """Note the digest of the list that the register is in step with; None: with none."""
        self._session.connection.execute("UPDATE replayed SET list = %s", (digest,))

    # ------------------------------------------------------------ legal holds

    def holds(self, ids: Collection[int] | None = None) -> list[LegalHold]:
        """Give the legal holds that stand, on these customers or on all, the oldest first."""
        given = None if ids is None else list(ids)
        with self._session.connection.cursor(row_factory=class_row(LegalHold)) as cursor:
            return cursor.execute(_HOLDS.encode(), (given, given)).fetchall()

    def hold(self, one: LegalHold) -> None:
        """Write a legal hold. A second one on a customer is a unique violation."""
        self._session.connection.execute(_HOLD, (one.customer, one.since, one.actor, one.reason))

    def release(self, ids: Collection[int], *, at: datetime, actor: str, reason: str) -> list[int]:
        """End the legal holds of customers; give whose there were."""
        ended = self._session.connection.execute(_END, (at, actor, reason, list(ids)))
        return [row[0] for row in ended]

    def _erasures(self, query: str, *given: object) -> list[Erasure]:
        with self._session.connection.cursor(row_factory=class_row(Erasure)) as cursor:
            return cursor.execute(query.encode(), given).fetchall()
