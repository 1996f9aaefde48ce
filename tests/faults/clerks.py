"""How a client is given its code: honestly by Mintmark, or, in the controls, as it must not be.

Each dishonest clerk makes one mistake that is known from practice; the check has to find it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from unittest.mock import patch

import psycopg

import mintmark
from mintmark.errors import QueueFull, TooLate, UnknownValue
from mintmark.registry import repeating
from mintmark.store import postgres


class Wish(NamedTuple):
    """A request with an id of its own: a customer to be registered, or a code without a name."""

    request: str
    facts: Mapping[str, str]

    @property
    def head(self) -> str:
        """What its code begins with; the dishonest know no rule."""
        region = {"北京": "BJ", "上海": "SH", "广州": "GZ"}[self.facts["region"]]
        return f"V-{region}-{self.facts['registered'].replace('-', '')}"

    @property
    def attributes(self) -> dict[str, str]:
        return {name: self.facts[name] for name in ("type", "region", "registered")}


Clerk = Callable[[Wish], str]


@contextmanager
def serving(name: str, register: mintmark.Register) -> Iterator[Clerk]:
    """Give a clerk to one client."""
    if name in _BY_HAND:
        with closing(psycopg.connect(register.conninfo, autocommit=True)) as connection:
            connection.execute("SET search_path = mintmark")
            yield lambda wish: _BY_HAND[name](connection, wish)
    else:
        yield _BY_REGISTER.get(name, honest)(register)


@contextmanager
def disguised(name: str) -> Iterator[None]:
    """Take a safeguard of Mintmark away, for the clerks that work without it."""
    if name == "undurable":
        with patch.object(postgres, "_require_durable", lambda _: None):
            yield
    elif name == "short of memory":
        with patch.object(repeating, "KEPT_FOR", timedelta(hours=1)):
            yield
    else:
        yield


# ------------------------------------------------------------ by the register


def honest(register: mintmark.Register) -> Clerk:
    def ask(wish: Wish) -> str:
        if "name" in wish.facts:
            return register.register(request=wish.request, **wish.facts).code
        return register.mint(request=wish.request, **wish.facts)

    return ask


def forgetful(register: mintmark.Register) -> Clerk:
    """Asks without an id; only the remark of a hold tells for which request."""

    def ask(wish: Wish) -> str:
        kind, region, day = wish.attributes.values()
        return register.hold(reason=wish.request, type=kind, region=region, registered=day)

    return ask


def stocked(register: mintmark.Register) -> Clerk:
    """Answers from a stock of codes that was minted before anybody asked."""
    stock: dict[str, list[str]] = defaultdict(list)

    def ask(wish: Wish) -> str:
        mine = stock[wish.head]
        if not mine:
            mine += [register.mint(**wish.attributes) for _ in range(5)]
        return mine.pop(0)

    return ask


def boastful(register: mintmark.Register) -> Clerk:
    """Takes it that a request which was refused for lack of room will be served sometime."""
    last: dict[str, int] = defaultdict(int)

    def ask(wish: Wish) -> str:
        try:
            code = honest(register)(wish)
        except (QueueFull, TooLate):
            return f"{wish.head}-{last[wish.head] + 1:05}"
        last[wish.head] = int(code[-5:])
        return code

    return ask


_BY_REGISTER: dict[str, Callable[[mintmark.Register], Clerk]] = {
    "forgetful": forgetful,
    "stocked": stocked,
    "boastful": boastful,
}

# ------------------------------------------------------------ by hand

_NEXT = """
INSERT INTO counter AS c (scope, last, used, capacity) VALUES (%s, 1, 1, 99999)
ON CONFLICT (scope) DO UPDATE SET last = c.last + 1, used = c.used + 1 RETURNING last
"""
_LAST = "SELECT last FROM counter WHERE scope = %s"
_SET = """
INSERT INTO counter (scope, last, used, capacity) VALUES (%s, %s, %s, 99999)
ON CONFLICT (scope) DO UPDATE SET last = excluded.last, used = excluded.used
"""
_WRITE = """
INSERT INTO code (canonical, text, rule, scope, number, minted_at, actor, holder, request)
SELECT %s, %s, max(id), %s, %s, %s, 'clerk', 'clerk', %s FROM rule ON CONFLICT DO NOTHING
"""


def apart(connection: psycopg.Connection[Any], wish: Wish) -> str:
    """Takes the number in one transaction, and writes the code in another."""
    return _written(connection, wish, _value(connection.execute(_NEXT, (_scope(wish),))))


def hasty(connection: psycopg.Connection[Any], wish: Wish) -> str:
    """Takes the number before it looks at what it is for."""
    with connection.transaction():
        number = _value(connection.execute(_NEXT, (_scope(wish),)))
    if wish.facts["type"] != "VIP":
        raise UnknownValue(fact="type", value=wish.facts["type"], near=())
    return _written(connection, wish, number)


def unlocked(connection: psycopg.Connection[Any], wish: Wish) -> str:
    """Reads the last number without a lock, and writes the next one."""
    found = connection.execute(_LAST, (_scope(wish),)).fetchone()
    number = (found[0] if found else 0) + 1
    connection.execute(_SET, (_scope(wish), number, number))
    return _written(connection, wish, number)


_BY_HAND: dict[str, Callable[[psycopg.Connection[Any], Wish], str]] = {
    "apart": apart,
    "hasty": hasty,
    "unlocked": unlocked,
}


def _written(connection: psycopg.Connection[Any], wish: Wish, number: int) -> str:
    text = f"{wish.head}-{number:05}"
    now = datetime.now(UTC)
    given = (text.replace("-", ""), text, _scope(wish), number, now, wish.request)
    connection.execute(_WRITE, given)
    return text


def _scope(wish: Wish) -> str:
    return wish.head.replace("-", "") + "#####"


def _value(cursor: psycopg.Cursor[Any]) -> int:
    row = cursor.fetchone()
    return int(row[0]) if row else 0
