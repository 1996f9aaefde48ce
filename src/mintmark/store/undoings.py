"""What an import brought, and how it goes: a few statements for many customers at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from psycopg import sql

from mintmark.store import facts
from mintmark.store.erasures import FOUND_BY
from mintmark.store.sealing import Sealing
from mintmark.store.session import Session

SHREDDED, LEGAL_HOLD, UPDATED = "shredded", "legal-hold", "updated"
CODED, LINKED, KEY_TAKEN = "coded", "linked", "key-taken"
REASONS = (SHREDDED, LEGAL_HOLD, UPDATED, CODED, LINKED, KEY_TAKEN)
"""Why a customer stays as they are: what was done since, or stands against it."""

_CREATED = "SELECT id FROM customer WHERE batch = %s ORDER BY id"
_HELD = "EXISTS (SELECT FROM legal_hold h WHERE h.customer = c.id AND h.ended_at IS NULL)"
_STAYING = f"""
SELECT id, reason FROM (
    SELECT c.id, CASE
        WHEN c.shredded_at IS NOT NULL THEN '{SHREDDED}'
        WHEN {_HELD} THEN '{LEGAL_HOLD}'
        WHEN w.customer IS NULL AND c.changed_at IS NOT NULL
            OR w.became <> sha256(c.sealed) THEN '{UPDATED}'
        WHEN c.batch = %(batch)s AND k.canonical IS NOT NULL
            AND k.batch IS DISTINCT FROM %(batch)s THEN '{CODED}'
        WHEN c.batch = %(batch)s AND EXISTS (SELECT FROM external_key e WHERE e.customer = c.id
            AND e.batch IS DISTINCT FROM %(batch)s) THEN '{LINKED}' END AS reason
    FROM customer c
    LEFT JOIN change w ON w.batch = %(batch)s AND w.customer = c.id
    LEFT JOIN code k ON k.customer = c.id AND k.voided_at IS NULL
    WHERE {{}}
) AS each WHERE reason IS NOT NULL
"""
_OF_THESE = "c.id = ANY (%(ids)s)"
_OF_ALL = "c.batch = %(batch)s OR w.customer IS NOT NULL"
# A code that the import gave to somebody who was there before.
_GIVEN = f"""
SELECT k.canonical, c.id, CASE WHEN c.shredded_at IS NOT NULL THEN '{SHREDDED}'
                               WHEN {_HELD} THEN '{LEGAL_HOLD}' END
FROM code k JOIN customer c ON c.id = k.customer
WHERE k.batch = %s AND k.voided_at IS NULL AND c.batch IS DISTINCT FROM k.batch
ORDER BY k.scope, k.number, k.canonical
"""
_VOID = """
UPDATE code SET voided_at = %s, voided_by = %s, reason = %s WHERE canonical = ANY (%s)
"""
_UNBIND = "UPDATE code SET customer = NULL, batch = NULL WHERE canonical = ANY (%s)"
_ORPHAN = "UPDATE code SET customer = NULL WHERE customer = ANY (%s) AND voided_at IS NOT NULL"
# An index of block ranges is asked for the whole range, once, and not for each of its customers.
_OF_RANGE = "DELETE FROM {} WHERE customer BETWEEN %s AND %s AND customer + 0 = ANY (%s)"
_INDEXES = ("customer_batch", *(f"{table}_customer" for table in FOUND_BY))
# The highest number that somebody else was given since, beyond what is known already.
_EDGES = """
SELECT w.scope, greatest(
    (SELECT c.number FROM code c WHERE c.scope = w.scope AND c.number > w.after AND NOT c.by_hand
        AND (c.batch IS DISTINCT FROM %(batch)s OR c.customer = ANY (%(staying)s))
        AND c.minted_at >= %(since)s ORDER BY c.number DESC LIMIT 1),
    (SELECT max(s.last) FROM span s WHERE s.scope = w.scope
        AND s.state IN ('leased', 'held', 'lost') AND s.since >= %(since)s))
FROM unnest(%(scopes)s::text[], %(after)s::bigint[]) AS w (scope, after)
"""
_LEARNT = """
FROM {0} l WHERE l.batch = %(batch)s AND NOT EXISTS (
    SELECT FROM customer c WHERE c.id = l.customer AND c.batch = %(batch)s
) AND NOT EXISTS (
    SELECT FROM legal_hold h WHERE h.customer = l.customer AND h.ended_at IS NULL
)
"""
_FORGET_KEYS = f"""
DELETE FROM identity WHERE key IN (SELECT l.key {_LEARNT.format("identity")} LIMIT %(most)s)
"""
_FORGET_NAMES = f"""
DELETE FROM external_key WHERE (source, key) IN (
    SELECT l.source, l.key {_LEARNT.format("external_key")} LIMIT %(most)s
) RETURNING source, key, customer
"""
_FORGET_CALLED = """
DELETE FROM identity USING unnest(%s::bytea[], %s::bigint[]) AS old (key, customer)
WHERE identity.key = old.key AND identity.customer = old.customer
"""
_COUNT_LEARNT = f"SELECT count(*) {_LEARNT.format('identity')}"


class Undoings:
    """Statements on all that an import brought."""

    def __init__(self, session: Session, sealing: Sealing) -> None:
        self._session = session
        self._sealing = sealing

    # ------------------------------------------------------------ what there is

    def created(self, batch: int) -> list[int]:
        """Give the customers whom an import brought and who are still there, in order."""
        return [row[0] for row in self._session.connection.execute(_CREATED, (batch,))]

    def staying(self, batch: int, ids: Sequence[int] | None = None) -> dict[int, str]:
        """Tell why customers stay as they are, of these or of all whom an import touched."""
        query = _STAYING.format(_OF_ALL if ids is None else _OF_THESE).encode()
        given = {"batch": batch, "ids": list(ids or ())}
        return dict(self._session.connection.execute(query, given).fetchall())

    def given(self, batch: int) -> list[tuple[str, int, str | None]]:
        """Give the codes that an import gave to known customers, and why they stay, if so."""
        return self._session.connection.execute(_GIVEN.encode(), (batch,)).fetchall()

    def learnt(self, batch: int) -> int:
        """Count the keys that an import learnt of known customers."""
        row = self._session.connection.execute(_COUNT_LEARNT, {"batch": batch}).fetchone()
        return int(row[0]) if row else 0

    def edges(
        self, batch: int, after: Mapping[str, int], *, staying: Iterable[int], since: datetime
    ) -> dict[str, int]:
        """Give the highest number of scopes, after one each, that others were given since."""
        given = {
            "batch": batch, "scopes": list(after), "after": list(after.values()),
            "staying": list(staying), "since": since,
        }  # fmt: skip
        found = self._session.connection.execute(_EDGES, given)
        return {scope: number for scope, number in found if number is not None}

    # ------------------------------------------------------------ how it goes

    def ready(self) -> None:
        """Have the indexes of block ranges know all that was added lately."""
        for index in _INDEXES:
            self._session.connection.execute("SELECT brin_summarize_new_values(%s)", (index,))

    def void(self, codes: Sequence[str], *, at: datetime, actor: str, reason: str) -> None:
        """End the life of codes in canonical form."""
        self._session.connection.execute(_VOID, (at, actor, reason, list(codes)))

    def unbind(self, codes: Sequence[str]) -> None:
        """Have codes in canonical form held again, for whom they were before."""
        self._session.connection.execute(_UNBIND, (list(codes),))

    def remove(self, ids: Sequence[int]) -> None:
        """Remove locked customers and all that is known of them; their codes are void or gone."""
        execute, listed = self._session.connection.execute, list(ids)
        execute(_ORPHAN, (listed,))
        for table in FOUND_BY:
            statement = sql.SQL(_OF_RANGE).format(sql.Identifier(table))
            execute(statement, (listed[0], listed[-1], listed))
        execute("DELETE FROM data_key WHERE customer = ANY (%s)", (listed,))
        execute("DELETE FROM customer WHERE id = ANY (%s)", (listed,))

    def forget_learnt(self, batch: int, *, most: int) -> int:
        """Forget keys that an import learnt of known customers; give how many."""
        given = {"batch": batch, "most": most}
        called = self._session.connection.execute(_FORGET_NAMES, given).fetchall()
        named = [(facts.external_key(source, key), inner) for source, key, inner in called]
        # A rotation has written the key of a name anew, without its batch.
        prints = sorted((p, inner) for p, inner, _ in facts.blinded(self._sealing, named))
        keys, whose = [p for p, _ in prints], [inner for _, inner in prints]
        gone = self._session.connection.execute(_FORGET_CALLED, (keys, whose)).rowcount
        gone += self._session.connection.execute(_FORGET_KEYS, given).rowcount
        return max(gone, len(called))
