"""A scene: a register, workers that ask for codes, and in the end the check."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.faults import checking, journal
from tests.faults.checking import Finding, Kind, Record
from tests.faults.crew import Crew, Hand
from tests.faults.orders import Order
from tests.faults.proxy import Proxy
from tests.faults.server import Server, wait_for

import mintmark


@dataclass(frozen=True, slots=True)
class Stage:
    """What all scenes share: a server, a proxy before it, and people."""

    server: Server
    proxy: Proxy
    crew: Crew


@dataclass(slots=True)
class Scene:
    """One register, and everything that was ever asked of it."""

    stage: Stage
    database: str
    folder: Path
    journals: list[Path] = field(default_factory=list)

    def order(self, *, seed: int, proxied: bool = False, **how: Any) -> Order:
        """Give an order for this register; its work is written down in a journal of its own."""
        place = self.stage.proxy if proxied else self.stage.server
        name, file = self._new_journal()
        return Order(url=place.url(self.database), journal=file, name=name, seed=seed, **how)

    def _new_journal(self) -> tuple[str, str]:
        name = f"w{len(self.journals)}"
        self.journals.append(self.folder / name)
        return name, str(self.journals[-1])

    def work(self, orders: Sequence[Order]) -> None:
        self.stage.crew.work(orders)

    def kill(self, hand: Hand) -> None:
        """Kill -9 a worker; another one begins in its place."""
        self.stage.crew.kill(hand)
        name, file = self._new_journal()
        self.work([replace(hand.order, journal=file, name=name)])

    def rest(self) -> None:
        self.stage.proxy.forget_orders()
        self.stage.crew.rest()
        self.stage.server.wait_until_quiet(self.database)

    def wait_for_answers(self, more: int) -> None:
        """Wait until so many more requests have been answered."""
        wanted = self._answers() + more
        wait_for(lambda: self._answers() >= wanted, "clients were answered")

    def _answers(self) -> int:
        mark = f" {journal.ANSWERED} ".encode()
        return sum(file.read_bytes().count(mark) for file in self.journals if file.exists())

    def record(self) -> Record:
        return Record(journal.read(self.journals))

    def told(self) -> Counter[str]:
        """Count what the clients were told: answers, and refusals by their slug."""
        lines = self.record().lines
        return Counter(line.word if line.verb == journal.REFUSED else line.verb for line in lines)

    def findings(self) -> list[Finding]:
        """Check everything that was ever asked, by two proofs that know nothing of each other."""
        with self.stage.server.connect(self.database) as connection:
            found = checking.findings(checking.rows(connection), self.record())
        with mintmark.open(self.stage.server.url(self.database)) as register:
            proof = register.verify()
            assert [*proof]
        if proof.holds:
            return found
        return [*found, *(Finding(Kind.PROOF, str(fault)) for fault in proof.faults)]


@contextmanager
def beginning(stage: Stage, folder: Path) -> Iterator[Scene]:
    with stage.server.register() as database:
        try:
            yield Scene(stage, database, folder)
        except BaseException:  # the next scene shall find everything as it ought to be
            stage.crew.dismiss()
            stage.server.start()
            raise
