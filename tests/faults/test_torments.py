"""Whatever happens: nothing acknowledged is lost, nothing issued twice, no hole, order is kept.

Many processes ask for codes and write down every answer outside the database, while workers, the
server and the connections between them are tormented. The dice are those of MINTMARK_TORMENT_SEED;
a round that fails says with which seed it can be repeated.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from tests.faults import scenes
from tests.faults.orders import Order
from tests.faults.scenes import Scene, Stage
from tests.faults.torments import SEED, TORMENTS

ROUNDS = int(os.environ.get("MINTMARK_TORMENT_ROUNDS", "1"))
_SOME = 30  # answers before, between and after torments
_ONE_REGISTER = 10  # rounds; the check reads everything that was ever asked of it


def usual(scene: Scene, dice: Random) -> list[Order]:
    """Give orders for three workers, one of them behind the proxy with a clock that jumps."""
    return [
        scene.order(seed=dice.getrandbits(32), patience=0.2),
        scene.order(seed=dice.getrandbits(32), patience=0.2, invalid=0.1),
        scene.order(seed=dice.getrandbits(32), proxied=True, jumps=14),
    ]


@contextmanager
def working(scene: Scene, orders: list[Order], seed: int = SEED) -> Iterator[None]:
    """Have orders carried out, while something happens; then check everything."""
    try:
        scene.work(orders)
        yield
        scene.rest()
        assert scene.findings() == []
    except BaseException as error:
        error.add_note(f"MINTMARK_TORMENT_SEED={seed} MINTMARK_TORMENT_ROUNDS=1 repeats it")
        raise


@pytest.mark.parametrize("name", TORMENTS)
def test_nothing_is_lost_or_issued_twice_when(name: str, scene: Scene) -> None:
    dice = Random(SEED)  # noqa: S311 - what to torment, and when
    with working(scene, usual(scene, dice)):
        scene.wait_for_answers(_SOME)
        TORMENTS[name](scene, dice)
        scene.wait_for_answers(_SOME)  # they are served again


def test_others_go_on_once_the_server_has_ended_what_a_frozen_worker_began(scene: Scene) -> None:
    with working(scene, usual(scene, Random(SEED))):  # noqa: S311 - what to ask
        frozen = scene.stage.crew.working[0]
        scene.wait_for_answers(_SOME)
        frozen.freeze()
        time.sleep(0.3)
        scene.stage.server.end_idle_transactions(scene.database)
        scene.wait_for_answers(1)
        frozen.thaw()


def test_a_storm_of_errors_and_repetitions_leaves_no_hole(scene: Scene) -> None:
    """One request in ten is wrong, one in ten is asked again after its answer."""
    orders = [scene.order(seed=SEED + at, invalid=0.1, repeated=0.1) for at in range(3)]
    with working(scene, orders):
        scene.wait_for_answers(300)
    assert scene.told()["unknown-value"] > 0


def test_a_queue_that_is_full_refuses_and_uses_up_nothing(scene: Scene) -> None:
    crowd = [
        scene.order(seed=SEED + at, clients=32, queue=4, patience=0.05, passing=0.02)
        for at in range(2)
    ]
    with working(scene, crowd):
        scene.wait_for_answers(300)
    told = scene.told()
    assert told["queue-full"] + told["too-late"] > 0


def test_clocks_that_jump_by_days_do_not_disturb_numbers(scene: Scene) -> None:
    orders = [scene.order(seed=SEED + at, jumps=14) for at in range(3)]
    with working(scene, orders):
        scene.wait_for_answers(300)


def test_rounds_of_several_torments_at_once(stage: Stage, tmp_path: Path) -> None:
    """Each round has a seed of its own: the first one's is the seed of all."""
    for first in range(0, ROUNDS, _ONE_REGISTER):
        folder = tmp_path / str(first)
        folder.mkdir()
        with scenes.beginning(stage, folder) as scene:
            for at in range(first, min(first + _ONE_REGISTER, ROUNDS)):
                play(scene, SEED + at)


def play(scene: Scene, seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - what to torment, and when
    crowd = scene.order(seed=seed, clients=32, queue=4, patience=0.05, proxied=dice.random() < 0.5)
    chosen = dice.sample(sorted(TORMENTS), dice.randint(1, 3))
    with working(scene, [*usual(scene, dice), *[crowd] * (dice.random() < 0.3)], seed):
        for name in chosen:
            scene.wait_for_answers(_SOME)
            TORMENTS[name](scene, dice)
        scene.wait_for_answers(_SOME)
