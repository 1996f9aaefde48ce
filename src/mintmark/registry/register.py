"""The open register: every verb that people have."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from functools import partial
from typing import Any, cast

import polars as pl
from psycopg import Connection

from mintmark.errors import Refusal, UntilPast
from mintmark.minting import Allocator, Dice, Soon, Taking
from mintmark.minting.leasing import Blocks
from mintmark.minting.verifying import Verification
from mintmark.registry import codes
from mintmark.registry.amending import Amending
from mintmark.registry.backfill import Backfill
from mintmark.registry.bulk import Bulk, Done
from mintmark.registry.columns import mint_column, parts_of
from mintmark.registry.fields import FieldBook
from mintmark.registry.foreseeing import Foreseen, foresee
from mintmark.registry.gathering import gather
from mintmark.registry.jobs import JobBook, Reader
from mintmark.registry.keying import Keying
from mintmark.registry.leasing import Leasing
from mintmark.registry.lent import find_lent
from mintmark.registry.meeting import Meeting
from mintmark.registry.numbering import NumberLedger, number_ledger
from mintmark.registry.outcome import Asked, Kept, Outcome, Record, Refused, Registered
from mintmark.registry.profiles import ProfileBook
from mintmark.registry.reading import Reading, Value, read_external
from mintmark.registry.registering import Portion, Registering
from mintmark.registry.rulebook import Rulebook
from mintmark.registry.status import Status, status_of
from mintmark.registry.writing import Writing
from mintmark.rule import Rule, define
from mintmark.rule.definition import Tables
from mintmark.settings import Settings, shown
from mintmark.store import Passport, Published, Store
from mintmark.vault import Keys


class Register(Amending):
    """An open register. Made by `mintmark.open`; any number of threads may use it at once."""

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        keys: Keys,
        now: Callable[[], datetime],
        dice: Dice,
        jobs: Mapping[str, Reader],
    ) -> None:
        self._store, self._keys, self._settings = store, keys, settings
        self._dice = dice
        self.keys = Keying(store, keys, now)
        self.rulebook = Rulebook(store, settings, now)
        self.fields = FieldBook(store=store, rulebook=self.rulebook, now=now, actor=settings.actor)
        self.profiles = ProfileBook(self.fields)
        self.jobs = JobBook(
            store=store, now=now, actor=settings.actor, fields=self.fields.known, kinds=jobs
        )
        self._reading = Reading(self.rulebook, settings)
        super().__init__(store, settings, keys, self._reading, now)
        self._find = partial(find_lent, self.rulebook)
        self._registering = Registering(
            store=store, ruling=self._ruling, writing=self._writing, find=self._find
        )
        self.leases = Leasing(
            store=store, writing=self._writing, reading=self._reading,
            scope_of=self.rulebook.scope_of,
            mend=lambda scope: self._registering.mend(scope=scope),
        )  # fmt: skip
        self._blocks = Blocks(self.leases.block)
        self._allocator: Allocator[Asked, Any] = Allocator(self._serve, room=settings.queue)

    # ------------------------------------------------------------ rules

    def publish(
        self,
        rule: str | Rule,
        *,
        tables: Tables | None = None,
        effective_from: datetime | None = None,
        **terms: Any,
    ) -> Published:
        """Prove a rule and publish it; codes minted from now on are spelt by it, others stay.

        `tables`: attribute → code → spelling(s), or the name of a built-in table; `terms` as in
        `mintmark.define`. Publishing what is in force changes nothing. Raises the refusals of
        `mintmark.define`, or what stands against the proof.
        """
        if isinstance(rule, str):
            rule = define(rule, tables=tables, **terms)
        return self.rulebook.publish(rule, effective_from=effective_from)

    # ------------------------------------------------------------ mint

    def mint(self, *, request: str | None = None, **attributes: Value) -> str:
        """Mint one code that stands for nobody yet: it is held for the actor.

        Attributes are what the rules name, as people write them or parsed. `request` is an id of
        the caller's own that makes it safe to ask again: the same id is answered the same code, for
        thirty days. Raises NoRule, NoRuleApplies, UnknownFact, MissingFact, UnknownValue,
        DateOutOfRange, SequenceFull or RequestReused, or what `Allocator.ask` does; then nothing is
        minted.
        """
        kept: Kept = self._ask(self._reading.keep(attributes, request=request))
        return kept.codes[0]

    def mint_soon(self, *, request: str | None = None, **attributes: Value) -> Soon[Kept]:
        """Mint one code as `mint` does, and give the future of it, which can be awaited."""
        return self._allocator.soon(self._reading.keep(attributes, request=request))

    def mint_many(
        self, count: int, *, request: str | None = None, **attributes: Value
    ) -> list[str]:
        """Mint so many codes with these attributes, numbered without a gap, in one unit of work.

        Raises what `mint` does; then nothing is minted.
        """
        asked = self._reading.keep(attributes, request=request, count=count)
        outcome = self._registering.serve([asked])[0]
        if not isinstance(outcome, Kept):
            raise _refusal(outcome)
        return list(outcome.codes)

    def mint_column(self, rows: pl.DataFrame) -> pl.Series:
        """Mint a code for each row of attributes, numbered without a gap in the order of rows.

        Columns are attributes that the rules name; one unit of work, for as many rows as there are.
        Gives the codes as a column of the same height. Raises what `mint` does.
        """
        ruling = self.rulebook.ruling()
        parts = parts_of(rows, ruling, lambda given: self._reading.keep(given).attributes)
        return mint_column(self._registering, parts)

    def mint_inside(self, connection: Connection[Any], **attributes: Value) -> str:
        """Mint one code inside a transaction of the caller's own, on the register's database.

        The code is minted if, and only if, the caller commits. The price: from here to the commit
        nobody else can mint in the scope; so let it be the last statement. Raises NotInTransaction
        or OtherDatabase, and what `mint` does.
        """
        asked = self._reading.keep(attributes)
        outcome = self._registering.inside(connection, asked)
        if not isinstance(outcome, Kept):
            raise _refusal(outcome)
        return outcome.codes[0]

    def preview(self, **attributes: Value) -> str:
        """Give the code that would be minted now, without minting it; no promise.

        Raises what `mint` does.
        """
        outcome = self._registering.forecast([self._reading.keep(attributes)])[0]
        if not isinstance(outcome, Kept):
            raise _refusal(outcome)
        return outcome.codes[0]

    # ------------------------------------------------------------ hold, bind, release, void

    def hold(
        self,
        *,
        reason: str | None = None,
        holder: str | None = None,
        until: datetime | None = None,
        code: str | None = None,
        request: str | None = None,
        **attributes: Value,
    ) -> str:
        """Mint a code and keep it back: for a card being printed, a customer being entered.

        `code` chooses one, if the rule takes codes by hand; otherwise it is the next. `holder`: for
        whom (default: the actor), `until` when (aware; None: until it is bound or released).
        Raises UntilPast, CodeTaken, CodeHeld, CodeNotAllowed, and what `mint` does.
        """
        if until is not None and until <= self._now():
            raise UntilPast(until=until)
        asked = self._reading.keep(
            attributes, request=request, code=code, holder=holder, until=until, reason=reason
        )
        kept: Kept = self._ask(asked)
        return kept.codes[0]

    def bind(
        self,
        code: str,
        *,
        holder: str | None = None,
        request: str | None = None,
        **facts: Value,
    ) -> Registered:
        """Register a customer under a code that is held, or of a lease; `holder`: for whom it was.

        What the code was minted with need not be said again. Raises CodeHeld, HoldExpired,
        CodeVoid, CodeTaken, CodeDoesNotFit, CodeNotAllowed, and what `register` does.
        """
        holder = holder or self._settings.actor
        known = codes.attributes_of(
            self._store, code, holder, self._now(), self._find, is_repeatable=request is not None
        )
        customer = self._reading.customer({**known, **facts})
        asked = Record(customer=customer, code=code, holder=holder, request=request)
        return self._registered(asked)

    def release(self, code: str, *, reason: str | None = None, request: str | None = None) -> str:
        """End a hold and give its code: its number comes again first; `request` as in `mint`.

        Raises UnknownCode, NotHeld or RequestReused.
        """
        return codes.release(
            self._store, code, reason=reason, request=request, now=self._now(),
            actor=self._settings.actor,
        )  # fmt: skip

    def void(self, code: str, *, reason: str) -> Passport:
        """End a code's life; its number is never used again, and its customer has none.

        Raises UnknownCode or CodeVoid.
        """
        return codes.void(
            self._store, code, reason=reason, now=self._now(), actor=self._settings.actor
        )

    # ------------------------------------------------------------ the number ledger

    def numbers(self, scope: str, *, events: int = 20) -> NumberLedger:
        """Give the state of every number of a scope: its key, or any code in it.

        Raises UnknownScope.
        """
        self.leases.settle()
        return number_ledger(self._store, scope, self.rulebook.rules_by_id(), events=events)

    def verify(self, *, repair: bool = False) -> Verification:
        """Give the proof that every number is accounted for: iterate for progress, then look.

        With `repair`, counters that lag behind their codes are put right.
        """
        return Verification(
            store=self._store,
            rules=self.rulebook.rules_by_id(),
            now=self._now(),
            actor=self._settings.actor,
            repair=repair,
        )

    # ------------------------------------------------------------ register

    def register(
        self,
        *,
        code: str | None = None,
        holder: str | None = None,
        request: str | None = None,
        external: str | None = None,
        **facts: Value,
    ) -> Registered:
        """Register a customer and mint their code; whoever is known keeps the code they have.

        Facts are those of `Customer`, the attributes of rules and declared fields, as people write
        them or parsed; `code` is one that the customer has already, if the rule takes codes by
        hand, a legacy family has it, it is held for `holder`, or of a lease. `request` as in
        `mint`. `external` is what another system calls them, ``crm:A-17``, say: a key is one
        customer's. Raises what is wrong with them; then nothing is written.
        """
        customer = self._reading.customer(facts)
        asked = Record(
            customer=customer, code=code, holder=holder, request=request,
            external=read_external(external),
        )  # fmt: skip
        return self._registered(asked)

    def register_uncoded(self, *, external: str | None = None, **facts: Value) -> Registered:
        """Register a customer who gets a code later, see `backfill`."""
        customer, called = self._reading.customer(facts), read_external(external)
        return self._registered(Record(customer=customer, numbered=False, external=called))

    def register_soon(self, *, request: str | None = None, **facts: Value) -> Soon[Registered]:
        """Register a customer as `register` does, and give the future of it."""
        return self._allocator.soon(Record(customer=self._reading.customer(facts), request=request))

    def register_many(
        self, records: Sequence[Record], *, batch: int | None = None, keep_back: bool = False
    ) -> list[Outcome]:
        """Register many in one unit of work; those refused use up no number."""
        self._keys.require()
        portion = None if batch is None else Portion(batch)
        said = self._registering.serve(records, portion=portion, keep_back=keep_back)
        return [one for one in said if not isinstance(one, Kept)]

    def forecast(self, records: Sequence[Record], *, keep_back: bool = False) -> list[Outcome]:
        """Tell what `register_many` would give now, and write nothing."""
        self._keys.require()
        said = self._registering.forecast(records, keep_back=keep_back)
        return [one for one in said if not isinstance(one, Kept)]

    def foretell(
        self, records: Sequence[Record], left: Mapping[str, int]
    ) -> tuple[list[Outcome], list[int]]:
        """Tell what `forecast` does, and who would be numbered; see `Registering.foretell`."""
        self._keys.require()
        said, places = self._registering.foretell(records, left=left)
        return [one for one in said if not isinstance(one, Kept)], places

    # ------------------------------------------------------------ tables of customers

    def meeting(self) -> Meeting:
        """Give what tells whom the rows of a table meet in the register."""
        return Meeting(self._store, self.fields.known())

    def foresee(self, facts: pl.DataFrame, *, chosen: Collection[str] = ()) -> Foreseen:
        """Tell what codes new customers would have now, beside `chosen` ones; nothing is minted."""
        return foresee(self._registering, facts, chosen=chosen)

    def enter(self, table: pl.DataFrame, *, batch: int, keys: pl.DataFrame | None = None,
              apart: bool = False) -> Iterator[Done]:  # fmt: skip
        """Write a table of customers who have been decided about, in units of work; see `Bulk`."""
        self._keys.require()
        return Bulk(self._registering, self._keys, table, batch=batch, keys=keys, apart=apart).run()

    def backfill(self, order: Sequence[str] = ("registered",), *, plan: bool = False) -> Backfill:
        """Give codes to customers who have none: iterate for progress, then look.

        `order`: any of added, registered, type, region, owner. Can be run again at any time: it
        goes on with those who still have none. With `plan`, it is only told, and nothing written.
        Raises UnknownFact.
        """
        serve = self.forecast if plan else self.register_many
        return Backfill(store=self._store, serve=serve, order=tuple(order), at_once=plan)

    # ------------------------------------------------------------ the whole

    def status(self, *, scopes: int = 5, batches: int = 5) -> Status:
        """Tell how the register stands: with the fullest scopes and the last imports."""
        return status_of(
            self._store, self.rulebook, place=shown(self._settings.place), now=self._now(),
            scopes=scopes, batches=batches, locked=self._keys.locked,
        )  # fmt: skip

    # ------------------------------------------------------------ inside

    @property
    def country(self) -> str:
        """The country (ISO 3166-1) whose phone numbers need no country code."""
        return self._settings.country

    @property
    def conninfo(self) -> str:
        """How libpq finds the register's PostgreSQL; it may have a password in it."""
        return self._store.conninfo

    def now(self) -> datetime:
        """Give the time it is."""
        return self._now()

    @property
    def time_zone(self) -> tzinfo:
        """The time zone in which times of day are read and shown, and days begin."""
        return self._settings.time_zone

    def today(self) -> date:
        """Give the day it is in the register's time zone."""
        return self._now().astimezone(self.time_zone).date()

    def rules(self) -> list[Rule]:
        """Give the rules in force. Raises NoRule."""
        return [live.rule for live in self.rulebook.ruling().rules]

    def close(self) -> None:
        """Serve what waits, return what is left of blocks; then no more requests are taken."""
        self._allocator.close()
        self._blocks.close()

    def _writing(self, careful: bool) -> Writing:  # noqa: FBT001 - a callback
        now, actor = self._now(), self._settings.actor
        taking = Taking(dice=self._dice, now=now, actor=actor, careful=careful)
        return Writing(taking=taking, blocks=self._blocks)

    def _serve(self, asked: Sequence[Asked]) -> list[Any]:
        gathered = gather(asked)
        said = self._registering.serve(gathered.asked)
        # Of those who were refused together some may be served alone. The others' codes stand.
        return gathered.deal(said, again=self._registering.serve)

    def _ask(self, asked: Asked) -> Any:
        return self._allocator.ask(asked, within=self._settings.patience)

    def _registered(self, asked: Record) -> Registered:
        return cast("Registered", self._ask(asked))


def _refusal(outcome: object) -> Refusal:
    if isinstance(outcome, Refused):
        return outcome.refusal
    raise TypeError(outcome)
