"""The controls: where a safeguard is missing, the check of the torments has to find it.

Each of them works like its torment, but with a clerk that makes a well-known mistake. A check that
finds nothing here would find nothing there either: then it is the check that is at fault.
"""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

import pytest
from tests.faults import clerks
from tests.faults.checking import Kind
from tests.faults.proxy import Cut
from tests.faults.scenes import Scene
from tests.faults.torments import SEED, cut, freeze, kill_workers, stop_the_server

_TRIES = 5  # a mistake does not always do harm at once
_SLOW = "ALTER SYSTEM SET wal_writer_delay = '10s'"
_USUAL = "ALTER SYSTEM RESET wal_writer_delay"
_RELOAD = "SELECT pg_reload_conf()"


def is_found(
    scene: Scene, kinds: set[Kind], clerk: str, happens: Callable[[], None], **how: Any
) -> bool:
    """Let a clerk work while something happens, some times, until all kinds of harm are found."""
    found: set[Kind] = set()
    for at in range(_TRIES):
        seeds = (SEED + at * 2, SEED + at * 2 + 1)
        scene.work([scene.order(seed=seed, clerk=clerk, passing=0.0, **how) for seed in seeds])
        happens()
        scene.rest()
        with clerks.disguised(clerk):
            found = {finding.kind for finding in scene.findings()}
        if kinds <= found:
            break
    return kinds <= found


@pytest.fixture
def dice() -> Random:
    return Random(SEED)  # noqa: S311 - what to torment, and when


@pytest.fixture
def lazy_log(scene: Scene) -> Iterator[None]:
    """A server that answers before its log is on disk, and takes its time for that."""
    server = scene.stage.server
    server.run(f"ALTER DATABASE {scene.database} SET synchronous_commit = off")
    for statement in (_SLOW, _RELOAD):
        server.run(statement)
    yield
    for statement in (_USUAL, _RELOAD):
        server.run(statement)


@pytest.mark.usefixtures("lazy_log")
def test_a_server_that_forgets_what_it_committed_is_found_out(scene: Scene, dice: Random) -> None:
    stop = partial(stop_the_server, scene, dice)
    assert is_found(scene, {Kind.LOST}, "undurable", stop)


def test_a_number_committed_apart_from_its_code_is_found_out(scene: Scene, dice: Random) -> None:
    kill = partial(kill_workers, scene, dice)
    assert is_found(scene, {Kind.HOLE, Kind.PROOF}, "apart", kill, repeated=0.0)


@pytest.mark.parametrize("where", [Cut.AT, Cut.AFTER])
def test_asking_again_without_an_id_is_found_out(scene: Scene, dice: Random, where: Cut) -> None:
    lose = partial(cut(where), scene, dice)
    assert is_found(scene, {Kind.TWICE}, "forgetful", lose, proxied=True, repeated=0.0)


def test_answers_from_a_stock_are_found_to_be_out_of_order(scene: Scene) -> None:
    assert is_found(
        scene, {Kind.ORDER}, "stocked", partial(scene.wait_for_answers, 200), repeated=0.0
    )


def test_numbers_taken_before_the_request_is_looked_at_are_found_out(scene: Scene) -> None:
    storm = {"invalid": 0.1, "repeated": 0.0}
    assert is_found(
        scene, {Kind.HOLE, Kind.PROOF}, "hasty", partial(scene.wait_for_answers, 200), **storm
    )


def test_a_refusal_taken_for_an_answer_is_found_out(scene: Scene) -> None:
    crowd = {"clients": 32, "queue": 4, "patience": 0.05}
    assert is_found(scene, {Kind.LOST}, "boastful", partial(scene.wait_for_answers, 200), **crowd)


def test_a_number_read_without_a_lock_is_found_out(scene: Scene, dice: Random) -> None:
    assert is_found(scene, {Kind.TWICE}, "unlocked", partial(freeze, scene, dice), repeated=0.0)


def test_an_answer_forgotten_by_a_clock_that_jumps_is_found_out(scene: Scene) -> None:
    jumps = {"jumps": 14, "repeated": 0.5}
    kinds = {Kind.TWICE, Kind.CHANGED}
    assert is_found(scene, kinds, "short of memory", partial(scene.wait_for_answers, 200), **jumps)
