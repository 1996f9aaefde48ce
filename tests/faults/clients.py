"""One client: asks, notes what it asked and what it was told, and asks again where it has to."""

import random
import threading
import traceback

from tests.faults import clerks, journal
from tests.faults.clerks import Wish
from tests.faults.journal import Journal
from tests.faults.orders import Order

import mintmark
from mintmark.errors import Refusal

REGIONS = ("北京", "上海")
PASSING = "广州"  # here codes are released again, and numbers come back: so there is no order
DAYS = ("2023-10-01", "2024-02-29")
_AGAIN = ("unreachable", "queue-full", "too-late", "too-busy")
_GIVES_UP = 0.1  # how likely a client does not ask again
_CUSTOMERS = 0.3  # so many of the requests are to register one
_PAUSE = 0.02  # seconds before it does


class Client:
    """A thread's worth of requests."""

    def __init__(
        self,
        register: mintmark.Register,
        noting: Journal,
        order: Order,
        at_rest: threading.Event,
        place: int,
    ) -> None:
        self._register = register
        self._journal = noting
        self._order = order
        self._at_rest = at_rest
        self._name = f"{order.name}.{place}"
        self._dice = random.Random(f"{order.seed}.{place}")  # noqa: S311 - what to ask
        self._count = 0
        self._answered: list[Wish] = []

    def run(self) -> None:
        with clerks.serving(self._order.clerk, self._register) as clerk:
            self._clerk = clerk
            while not self._at_rest.is_set():
                self._step()

    def _step(self) -> None:
        order, roll = self._order, self._dice.random()
        if roll < order.invalid:
            self._ask(self._wish(type="火星"))
        elif roll < order.invalid + order.repeated and self._answered:
            self._ask(self._dice.choice(self._answered[-100:]))
        elif roll > 1 - order.passing:
            self._come_and_go()
        else:
            wish = self._wish()
            if self._ask(wish):
                self._answered.append(wish)

    def _wish(self, **other: str) -> Wish:
        self._count += 1
        request = f"{self._name}.{self._count}"
        region, day = self._dice.choice(REGIONS), self._dice.choice(DAYS)
        facts = {"type": "VIP", "region": region, "registered": day, **other}
        if self._dice.random() < _CUSTOMERS:
            facts |= {"name": f"客户{request}", "email": f"{request}@example.com"}
        return Wish(request, facts)

    def _ask(self, wish: Wish) -> str | None:
        while True:
            self._journal.note(journal.ASKED, wish.request)
            try:
                code = self._clerk(wish)
            except Refusal as refusal:
                self._journal.note(journal.REFUSED, wish.request, refusal.slug)
                if refusal.slug not in _AGAIN or self._dice.random() < _GIVES_UP:
                    return None
                if self._at_rest.wait(_PAUSE):
                    return None
            except Exception as error:  # noqa: BLE001 - a finding
                self._failed(wish, error)
                return None
            else:
                self._journal.note(journal.ANSWERED, wish.request, code)
                return code

    def _come_and_go(self) -> None:
        """Have a code minted, and end its life or give it back; only once, for it has no id."""
        wish = self._wish(region=PASSING)
        code = self._ask(wish)
        if code is None:
            return
        void = "name" in wish.facts or self._dice.random() < 0.5
        self._journal.note(journal.VOIDING if void else journal.RELEASING, wish.request, code)
        try:
            if void:
                self._register.void(code, reason="test")
            else:
                self._register.release(code, request=f"release {wish.request}")
        except Refusal:
            return  # it may be done or not
        except Exception as error:  # noqa: BLE001 - a finding
            self._failed(wish, error)
            return
        self._journal.note(journal.VOIDED if void else journal.RELEASED, wish.request, code)

    def _failed(self, wish: Wish, error: Exception) -> None:
        self._journal.note(journal.FAILED, wish.request, type(error).__name__)
        traceback.print_exception(error)
