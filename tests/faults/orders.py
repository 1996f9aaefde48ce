"""What a worker is told to do, as one line of JSON."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Open the register at `url` and let `clients` threads ask until told to rest.

    `clerk`: how they ask, see `tests.faults.clerks`. Of ten requests, so many (as a share of 1) are
    `invalid`, `repeated` after their answer, or `passing`: released or voided again. `queue` and
    `patience` (seconds) as in the settings; with `jumps`, the clock jumps by so many days.
    """

    url: str
    journal: str
    name: str
    seed: int
    clerk: str = "honest"
    clients: int = 6
    invalid: float = 0.0
    repeated: float = 0.1
    passing: float = 0.1
    queue: int = 1000
    patience: float = 5.0
    jumps: int = 0

    def line(self) -> str:
        return json.dumps(asdict(self)) + "\n"


def read(line: str) -> Order:
    return Order(**json.loads(line))
