"""What is done to workers, connections and the server while they work."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random

from tests.faults.proxy import Cut
from tests.faults.scenes import Scene
from tests.faults.server import wait_for

SEED = int(os.environ.get("MINTMARK_TORMENT_SEED", "20231001"))
Torment = Callable[[Scene, Random], None]


def kill_workers(scene: Scene, dice: Random) -> None:
    """Kill -9 a worker, and another a little later; others begin in their place."""
    for hand in dice.sample(scene.stage.crew.working, 2):
        time.sleep(dice.uniform(0.1, 0.4))
        scene.kill(hand)


def kill_a_backend(scene: Scene, dice: Random) -> None:
    """Kill -9 a process of the server that serves a worker: all others die with it."""
    time.sleep(dice.uniform(0.1, 0.4))
    server = scene.stage.server
    serving = wait_for(lambda: server.clients(scene.database), "a worker is served")
    with suppress(ProcessLookupError):  # its client was quicker
        server.kill(dice.choice(serving))
    server.connect().close()


def end_backends(scene: Scene, dice: Random) -> None:
    """Have the server end connections, one after the other."""
    for _ in range(8):
        time.sleep(dice.uniform(0.02, 0.1))
        if clients := scene.stage.server.clients(scene.database):
            scene.stage.server.terminate(dice.choice(clients))


def stop_the_server(scene: Scene, dice: Random) -> None:
    """Stop PostgreSQL immediately, and start it again after a while."""
    time.sleep(dice.uniform(0.1, 0.4))
    scene.stage.server.stop_immediately()
    time.sleep(dice.uniform(0, 0.3))
    scene.stage.server.start()


def cut(where: Cut) -> Torment:
    """Cut connections around their COMMIT."""

    def torment(scene: Scene, dice: Random) -> None:
        proxy = scene.stage.proxy
        for _ in range(6):
            proxy.order(where)
            wait_for(lambda: not proxy.has_orders, "a COMMIT came")
            time.sleep(dice.uniform(0, 0.1))

    return torment


def cut_anywhere(scene: Scene, dice: Random) -> None:
    """Cut all connections, whatever just comes over them."""
    for _ in range(4):
        time.sleep(dice.uniform(0.05, 0.2))
        scene.stage.proxy.cut_all()


def freeze(scene: Scene, dice: Random) -> None:
    """Stop a worker in the middle of anything, for longer than anybody waits; then let it go on."""
    for hand in dice.sample(scene.stage.crew.working, 2):
        time.sleep(dice.uniform(0.05, 0.2))
        hand.freeze()
        time.sleep(dice.uniform(0.3, 0.6))
        hand.thaw()


def freeze_and_end(scene: Scene, dice: Random) -> None:
    """Stop a worker; have the server end what it began, so that others go on, and it finds out."""
    for hand in dice.sample(scene.stage.crew.working, 2):
        time.sleep(dice.uniform(0.05, 0.2))
        hand.freeze()
        time.sleep(0.3)
        scene.stage.server.end_idle_transactions(scene.database)
        time.sleep(0.3)
        hand.thaw()


TORMENTS: dict[str, Torment] = {
    "workers are killed": kill_workers,
    "a backend is killed": kill_a_backend,
    "backends are ended": end_backends,
    "the server stops": stop_the_server,
    "a connection is cut before COMMIT": cut(Cut.BEFORE),
    "a connection is cut at COMMIT": cut(Cut.AT),
    "a connection is cut after COMMIT": cut(Cut.AFTER),
    "connections are cut": cut_anywhere,
    "workers are frozen": freeze,
    "frozen workers are ended": freeze_and_end,
}
