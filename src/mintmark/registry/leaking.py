"""The leakage report: the attack of `mintmark.vault.leakage` on the register's own customers.

Half of the customers are the attacker's sample, the other half are attacked: a better sample than
any stranger has.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from mintmark.customer import Customer
from mintmark.match import Key, keys_of
from mintmark.progress import Progress
from mintmark.store import Store, facts
from mintmark.store.sealing import Sealing
from mintmark.vault.leakage import Leak, rank_attack

BOUND = 0.05
"""The share of rows that the attack may name, at most: exact indexes stay below a tenth of it."""
_CHUNK = 20_000  # customers whose texts are kept as Python has them
_GOLDEN = 0x9E3779B97F4A7C15  # 2⁶⁴ divided by the golden ratio
Halves = tuple[list[str], list[str]]


def every_key(customer: Customer) -> Iterable[Key]:
    """Give the keys under which a customer is found, exactly or by what is alike."""
    return (*facts.search_keys(customer), *keys_of(customer))


@dataclass(slots=True, kw_only=True)
class Leakage:
    """A report under way: iterate over it for progress, then look at `leaks`, one per index.

    `keys_of` gives the keys under which a customer is found.
    """

    store: Store
    bound: float = BOUND
    keys_of: Callable[[Customer], Iterable[Key]] = every_key
    leaks: tuple[Leak, ...] = ()
    _known: dict[str, tuple[list[pl.Series], list[pl.Series]]] = field(
        default_factory=dict, init=False
    )

    @property
    def holds(self) -> bool:
        """Whether every index is within the bound."""
        return all(leak.verdict != "above" for leak in self.leaks)

    def __iter__(self) -> Iterator[Progress]:
        texts: dict[str, Halves] = defaultdict(lambda: ([], []))
        with self.store.transaction() as work:
            total = work.customers.count()
            yield Progress(done=0, total=total)
            for done, known in enumerate(work.customers.every(), start=1):
                for key in self.keys_of(known.customer):
                    texts[key.index][_half(known.id)].append(key.text)
                if done % _CHUNK == 0:
                    self._pack(texts)
                    yield Progress(done=done, total=total)
            self._pack(texts)
            self.leaks = tuple(self._leak(work.sealing, index) for index in sorted(self._known))
        self._known.clear()
        yield Progress(done=total, total=total)

    def _pack(self, texts: dict[str, Halves]) -> None:
        """Keep texts in columns: a tenth of the memory."""
        for index, halves in texts.items():
            kept = self._known.setdefault(index, ([], []))
            for column, half in zip(kept, halves, strict=True):
                column.append(pl.Series(half, dtype=pl.String))
        texts.clear()

    def _leak(self, sealing: Sealing, index: str) -> Leak:
        sample, attacked = (_counted(half) for half in self._known[index])
        prints = dict(zip(attacked, sealing.blind(index, list(attacked)), strict=True))
        rows = {(prints[text], text): count for text, count in attacked.items()}
        together = _counted([column for half in self._known[index] for column in half])
        return Leak(
            index=index,
            rows=together.total(),
            tokens=len(together),
            largest=max(together.values(), default=0),
            attacked=attacked.total(),
            right=rank_attack(sample, rows),
            bound=self.bound,
        )


def _half(inner: int) -> int:
    """Tell which half a customer is in (Fibonacci hashing; Knuth, TAOCP 3, 6.4).

    By parity, a value that every second row of a file has would all be in one half, and not seen.
    """
    return inner * _GOLDEN >> 63 & 1


def _counted(columns: list[pl.Series]) -> Counter[str]:
    counts = pl.concat(columns).rename("text").value_counts(name="count")
    return Counter(dict(counts.iter_rows()))
