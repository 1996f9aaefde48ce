"""Whole columns at once: every row has a state, every step is one look-up for all rows.

>>> from mintmark.checkchar import SYSTEMS
>>> machine = SYSTEMS["damm"].machine
>>> verify(machine, pl.Series(["5724", "5742", "04"]), width=1).to_list()
[True, False, False]
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mintmark.checkchar.machine import Machine

_BYTE = 8  # a state is kept shifted by a byte, so that the next character can be put in below it
_ROWS = 1 << 15  # the bytes and states of so many rows stay in the processor's cache
_NOWHERE = 0xFF  # no byte of any text in UTF-8: what a row must end in that cannot verify
_END = "\0\0"  # behind the last row: where the check of a row too short for one is looked for


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tables:
    """A machine as arrays; its last state is where characters lead that are not its own."""

    starts: NDArray[np.uint16]  # length of the body, modulo -> state
    steps: NDArray[np.uint16]  # state | byte -> state
    answers: NDArray[np.uint8]  # place in the check, state (not shifted) -> byte
    dead: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Block:
    """Some rows of a column as bytes, one row behind the other."""

    text: NDArray[np.uint8]
    begins: NDArray[np.int64]
    lengths: NDArray[np.int64]


def compute(machine: Machine, bodies: pl.Series) -> pl.Series:
    """Give each body's check, null for null. Raises ValueError with the first that has none."""
    tables = _tables(machine)
    ends = [_states(tables, block, block.lengths) for block in _blocks(bodies)]
    known = pl.Series(bodies.name, [*machine.answers, None], dtype=pl.String)
    checks = known.gather(pl.Series(np.concatenate(ends), dtype=pl.UInt32))
    wrong = checks.is_null() & bodies.is_not_null()
    if wrong.any():
        raise ValueError(bodies.filter(wrong)[0])
    return checks


def verify(machine: Machine, codes: pl.Series, *, width: int) -> pl.Series:
    """Tell which codes end in the check of what stands before, null for null."""
    tables = _tables(machine)
    good = [_verified(tables, block, width) for block in _blocks(codes)]
    verified = pl.Series(codes.name, np.concatenate(good))
    return verified.set(codes.is_null(), None) if codes.null_count() else verified


def _verified(tables: _Tables, block: _Block, width: int) -> NDArray[np.bool_]:
    bodies = np.maximum(block.lengths - width, 0)
    states = _states(tables, block, bodies)
    checks = block.begins + bodies
    good = np.ones(len(bodies), np.bool_)
    for place in range(width):
        good &= block.text.take(checks + place) == tables.answers[place].take(states)
    return good


def _states(tables: _Tables, block: _Block, lengths: NDArray[np.int64]) -> NDArray[np.uint16]:
    """Give the state in which each row ends after so many bytes of it."""
    order = np.argsort(-lengths, kind="stable")  # longest first: who still reads stands in front
    begins, lengths = block.begins[order], lengths[order]
    states = tables.starts.take(lengths % len(tables.starts))
    states[lengths == 0] = tables.dead << _BYTE
    reading = np.searchsorted(-lengths, -np.arange(lengths.max(initial=0)))
    for place, rows in enumerate(reading.tolist()):
        read = block.text.take(begins[:rows] + place)
        states[:rows] = tables.steps.take(states[:rows] | read)
    ends = np.empty_like(states)
    ends[order] = states >> _BYTE
    return ends


def _blocks(column: pl.Series) -> Iterator[_Block]:
    """Cut a column into blocks; one without rows gives one empty block."""
    for begin in range(0, max(len(column), 1), _ROWS):
        rows = column.slice(begin, _ROWS).fill_null("")
        lengths = rows.str.len_bytes().to_numpy().astype(np.int64)
        text = np.frombuffer((rows.str.join("").item() + _END).encode(), np.uint8)
        yield _Block(text=text, begins=lengths.cumsum() - lengths, lengths=lengths)


@lru_cache
def _tables(machine: Machine) -> _Tables:
    dead = len(machine.steps)
    steps = np.full((dead + 1, 1 << _BYTE), dead << _BYTE, np.uint16)
    for state, row in enumerate(machine.steps):
        for character, after in row.items():
            steps[state, ord(character)] = after << _BYTE
    answers = [answer.encode() for answer in machine.answers]
    answers.append(bytes([_NOWHERE] * len(answers[0])))
    return _Tables(
        starts=np.array([start << _BYTE for start in machine.starts], np.uint16),
        steps=steps.ravel(),
        answers=np.array([list(answer) for answer in answers], np.uint8).T.copy(),
        dead=dead,
    )
