"""The check: what the clients wrote down against what the register has, by statements of its own.

Nothing of Mintmark is used to read the database; its own proof is asked beside, in `scenes`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg
from tests.faults import journal
from tests.faults.journal import Line


class Kind(StrEnum):
    """What can be wrong."""

    LOST = "lost"  # an acknowledged code is not there, or not that of its request
    TWICE = "twice"  # one request has two codes, or one code two requests
    HOLE = "hole"  # a number is missing, doubled, or beyond the counter
    ORDER = "order"  # asked for after another was answered, and yet of a lower number
    CHANGED = "changed"  # a repeated request was answered otherwise
    UNASKED = "unasked"  # a code that nobody asked for, or whose request was refused
    STRANGE = "strange"  # a client was told something that is no refusal
    PROOF = "proof"  # Mintmark's own proof does not hold


class Finding(NamedTuple):
    kind: Kind
    what: str


class Code(NamedTuple):
    text: str
    scope: str
    number: int
    request: str
    is_void: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """What the register has."""

    codes: list[Code]
    counters: dict[str, int]
    returned: dict[str, list[int]]


_CODES = """
SELECT text, scope, number, coalesce(request, reason, ''), voided_at IS NOT NULL FROM mintmark.code
"""
_RETURNED = """
SELECT scope, generate_series(first, last, step) FROM mintmark.span WHERE state = 'returned'
"""


def rows(connection: psycopg.Connection[Any]) -> Rows:
    """Read what the register has, all at one moment."""
    returned: dict[str, list[int]] = defaultdict(list)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        codes = [Code(*row) for row in connection.execute(_CODES)]
        counters = connection.execute("SELECT scope, last FROM mintmark.counter").fetchall()
        for scope, number in connection.execute(_RETURNED):
            returned[scope].append(number)
    return Rows(codes, dict(counters), returned)


class Record:
    """What the clients wrote down, by request."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.answers: dict[str, list[str]] = defaultdict(list)
        self.tries: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()  # when it is certain that nothing was done
        self.marks: dict[str, set[str]] = defaultdict(set)  # verb → requests
        for line in lines:
            self.marks[line.verb].add(line.request)
            self.tries[line.request] += line.verb == journal.ASKED
            self.refused[line.request] += (
                line.verb == journal.REFUSED and line.word != "unreachable"
            )
            if line.verb == journal.ANSWERED:
                self.answers[line.request].append(line.word)


def findings(has: Rows, record: Record) -> list[Finding]:
    """Give all that is wrong; nothing, if every number and every answer is accounted for."""
    return [
        *holes(has),
        *lost(has, record),
        *twice(has, record),
        *unasked(has, record),
        *disorder(record),
        *changed(record),
        *strange(record),
    ]


def holes(has: Rows) -> Iterator[Finding]:
    found: dict[str, list[int]] = defaultdict(list)
    for scope, numbers in has.returned.items():
        found[scope] += numbers
    for code in has.codes:
        found[code.scope].append(code.number)
    for scope in has.counters.keys() | found.keys():
        last = max(has.counters.get(scope, 0), 0)
        times = Counter(found[scope])
        times.subtract(range(1, last + 1))
        wrong = {number: count for number, count in sorted(times.items()) if count}
        for number, count in list(wrong.items())[:5]:
            yield Finding(Kind.HOLE, f"{scope} {number} of {last}: {count:+}")


def lost(has: Rows, record: Record) -> Iterator[Finding]:
    codes = {code.text: code for code in has.codes}
    released = record.marks[journal.RELEASED]
    open_ended = record.marks[journal.RELEASING] - released  # it may be done or not
    for request, answers in record.answers.items():
        code = codes.get(answers[0])
        is_there = code is not None and code.request == request
        if request not in open_ended and is_there == (request in released):
            yield Finding(Kind.LOST, f"{request} was answered {answers[0]}, now of {code}")
        if request in record.marks[journal.VOIDED] and not (code and code.is_void):
            yield Finding(Kind.LOST, f"{request} voided {answers[0]}, now {code}")


def twice(has: Rows, record: Record) -> Iterator[Finding]:
    of_request = Counter(code.request for code in has.codes if code.request)
    for request, count in of_request.items():
        if count > 1:
            yield Finding(Kind.TWICE, f"{request} has {count} codes")
    of_code = Counter(
        answers[0]
        for request, answers in record.answers.items()
        if request not in record.marks[journal.RELEASING]
    )
    for code, count in of_code.items():
        if count > 1:
            yield Finding(Kind.TWICE, f"{code} was answered to {count} requests")


def unasked(has: Rows, record: Record) -> Iterator[Finding]:
    for code in has.codes:
        if not record.tries[code.request]:
            yield Finding(Kind.UNASKED, f"{code.text} for {code.request}: never asked for")
        elif record.tries[code.request] == record.refused[code.request]:
            yield Finding(Kind.UNASKED, f"{code.text} for {code.request}: was refused")


def disorder(record: Record) -> Iterator[Finding]:
    """Go through time: who asks now gets a higher number than any that was answered before."""
    loose = {
        _split(code)[0]
        for request in record.marks[journal.RELEASING]
        for code in record.answers[request]
    }
    highest: dict[str, int] = defaultdict(int)
    before: dict[str, dict[str, int]] = {}  # at the first asking
    answered: set[str] = set()
    for line in record.lines:
        if line.verb == journal.ASKED and line.request not in before:
            before[line.request] = dict(highest)
        elif line.verb == journal.ANSWERED and line.request not in answered:
            answered.add(line.request)
            scope, number = _split(line.word)
            floor = before[line.request].get(scope, 0)
            if number <= floor and scope not in loose:
                what = f"{line.request} was answered {line.word} when {floor} was out already"
                yield Finding(Kind.ORDER, what)
            highest[scope] = max(highest[scope], number)


def changed(record: Record) -> Iterator[Finding]:
    for request, answers in record.answers.items():
        if len(set(answers)) > 1:
            yield Finding(Kind.CHANGED, f"{request} was answered {sorted(set(answers))}")


def strange(record: Record) -> Iterator[Finding]:
    for line in record.lines:
        if line.verb == journal.FAILED:
            yield Finding(Kind.STRANGE, f"{line.request}: {line.word}")


def _split(code: str) -> tuple[str, int]:
    scope, number = code.rsplit("-", 1)
    return scope, int(number)
