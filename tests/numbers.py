"""The proof that every number is accounted for: in each scope, count = highest = counter."""

from typing import Any

import psycopg

_LEDGER = """
SELECT scope, counter.last, counter.used, count(code.number), coalesce(max(code.number), 0)
FROM counter LEFT JOIN code USING (scope) GROUP BY scope, counter.last, counter.used
HAVING counter.last <> count(code.number) OR counter.last <> coalesce(max(code.number), 0)
    OR counter.used <> counter.last
"""
_ORPHANS = """
SELECT (SELECT count(*) FROM customer c WHERE NOT EXISTS
           (SELECT FROM code WHERE code.customer = c.id)),
       (SELECT count(*) FROM identity i WHERE NOT EXISTS
           (SELECT FROM customer c WHERE c.id = i.customer))
"""


def unaccounted(connection: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """Give the scopes in which a number is missing, doubled or beyond the counter."""
    connection.execute("SET search_path = mintmark")
    return connection.execute(_LEDGER).fetchall()


def orphans(connection: psycopg.Connection[Any]) -> tuple[Any, ...] | None:
    """Count customers without a code, and keys without a customer."""
    connection.execute("SET search_path = mintmark")
    return connection.execute(_ORPHANS).fetchone()
