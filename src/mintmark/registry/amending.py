"""The verbs on customers who are known: update, shred, and take a whole import back."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from mintmark.registry.batches import Batches
from mintmark.registry.erasures import ErasureList
from mintmark.registry.lookups import Lookups
from mintmark.registry.outcome import Refused
from mintmark.registry.reading import Reading, Value
from mintmark.registry.ruling import Ruling
from mintmark.registry.shredding import Shredded, Shredding, Whom, inner_numbers
from mintmark.registry.undoing import Undo, Undoing, plan_undo, undoable
from mintmark.registry.updating import Facts, Updated, Updating, parsed
from mintmark.settings import Settings
from mintmark.store import LegalHold, Store
from mintmark.vault import Keys


class Amending(Lookups):
    """What a register does with customers who are known; see `Register`."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        keys: Keys,
        reading: Reading,
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(store, settings, keys, reading)
        self.erasures = Shredding(
            store=store, listed=ErasureList(settings.erasures(keys.register), keys.register),
            named=reading.rulebook.named, now=now, actor=settings.actor,
        )  # fmt: skip
        self._now = now
        self.batches = Batches(
            store=store, now=now, actor=settings.actor, own_approval=settings.own_approval
        )
        self._updating = Updating(
            store=store, ruling=self._ruling, rules=reading.rulebook.rules_by_id, now=now,
            actor=settings.actor,
        )  # fmt: skip

    # ------------------------------------------------------------ update

    def update(
        self, whom: Whom, *, request: str | None = None, plan: bool = False, **facts: Value | None
    ) -> Updated:
        """Change facts of a known customer; the code stays, even where it was spelt from them.

        `whom` as in `shred`; a fact that is given as None or "" is known no more. With `plan`, it
        is only told what would change. Raises UnknownFact, MissingFact, IdNumberTaken,
        AlreadyShredded, NotACode, UnknownCode, UnknownCustomer, NobodysCode or TooBusy, or what is
        wrong with a value; then nothing is changed.
        """
        self._keys.require()
        given = parsed(facts, self._reading.customer, self._reading.rulebook.fields())
        with self._store.transaction() as work:
            [inner] = inner_numbers(work, [whom])
        [said] = self._updating.update([(inner, given)], request=request, plan=plan)
        if isinstance(said, Refused):
            raise said.refusal
        return said

    def update_many(
        self,
        wanted: Sequence[tuple[int, Facts]],
        *,
        batch: int | None = None,
        plan: bool = False,
        taken: Mapping[str, str] | None = None,
    ) -> list[Updated | Refused]:
        """Change facts of customers by inner number, in one unit of work; an outcome for each.

        Facts are canonical values, None for what is known no more; what is left out stays. A
        `batch` that changed customers can be undone. With `plan` it is only told: as if the ID
        numbers `taken` were those of other customers, whose codes they tell. Raises TooBusy.
        """
        self._keys.require()
        return self._updating.update(wanted, batch=batch, plan=plan, taken=taken)

    # ------------------------------------------------------------ undo

    def plan_undo(self, batch: int) -> Undo:
        """Tell what undoing an import would come to, and write nothing.

        Raises UnknownBatch, or WrongStage where it did not begin.
        """
        self._keys.require()
        return plan_undo(self._store, batch)

    def undo(self, batch: int, *, reason: str) -> Undoing:
        """Take an import back: iterate over it for progress, then look at its `undo`.

        Whatever stops it, undoing again goes on; what is undone stays so. The iteration raises
        BatchBusy where a program is at work on the import, TooBusy, and what `plan_undo` does.
        """
        self._keys.require()
        with self._store.transaction() as work:
            begun = Undo(batch=undoable(work, batch))
        return Undoing(
            store=self._store, batches=self.batches, now=self._now, actor=self._settings.actor,
            batch=batch, reason=reason, undo=begun,
        )  # fmt: skip

    # ------------------------------------------------------------ shred

    def shred(self, whom: Whom, *, reason: str, request: str | None = None) -> Shredded:
        """Destroy what is known of a customer, for good; their codes stay, as tombstones.

        `whom`: any code of theirs, or the inner number of one without a code. Whoever is shredded
        already stays so. `erasures` has the other verbs. Neither reason nor request may name a
        person: they are kept. Raises UnderLegalHold, NotACode, UnknownCode, UnknownCustomer,
        NobodysCode or UnusableErasureList; then nothing is destroyed.
        """
        return self.erasures.shred([whom], reason=reason, request=request)[0]

    def hold_legally(self, whom: Whom, *, reason: str) -> LegalHold:
        """Keep a customer from being shredded. Raises what `Shredding.hold_legally` does."""
        return self.erasures.hold_legally(whom, reason=reason)

    def release_legally(self, whom: Whom, *, reason: str) -> None:
        """End that. Raises NoLegalHold, NotACode, UnknownCode, UnknownCustomer or NobodysCode."""
        self.erasures.release_legally(whom, reason=reason)

    def _ruling(self, anew: bool) -> Ruling:  # noqa: FBT001 - a callback
        return self._reading.rulebook.ruling(anew=anew)
