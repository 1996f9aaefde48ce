"""The open register: every verb that people have."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mintmark import customer as customers
from mintmark.customer import Customer, Own
from mintmark.errors import NoRule, SequenceFull, UnknownFact
from mintmark.minting import Dice, foresee
from mintmark.registry import lookup
from mintmark.registry.lookup import Found
from mintmark.registry.outcome import Outcome, Record, Refused, Registered
from mintmark.registry.registering import Registering
from mintmark.registry.rulebook import Rulebook
from mintmark.registry.ruling import Live, own_attributes, the_rule
from mintmark.rule import Rule, Scope, define
from mintmark.rule.definition import Tables
from mintmark.settings import Settings, shown
from mintmark.store import Known, Published, Store
from mintmark.store.batches import Batch
from mintmark.store.counters import Usage

Value = str | date


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the register stands."""

    place: str
    server: str
    rules: list[Published]
    customers: int
    codes: int
    unbound: int
    fullest: list[Usage]
    batches: list[Batch]


class Register:
    """An open register. Made by `mintmark.open`; any number of threads may use it at once."""

    def __init__(
        self, *, store: Store, settings: Settings, now: Callable[[], datetime], dice: Dice
    ) -> None:
        self._store = store
        self._settings = settings
        self._now = now
        self._dice = dice
        self.rulebook = Rulebook(store, settings, now)

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

    def mint(self, **attributes: Value) -> str:
        """Mint one code that stands for nobody yet; see `mint_many`."""
        return self.mint_many(1, **attributes)[0]

    def mint_many(self, count: int, **attributes: Value) -> list[str]:
        """Mint so many codes with these attributes, numbered without a gap, in one unit of work.

        Attributes are what the rules name, as people write them or parsed. Raises NoRule,
        NoRuleApplies, UnknownFact, MissingFact, UnknownValue, DateOutOfRange or SequenceFull; then
        nothing is minted.
        """
        registering = self._registering()
        return registering.mint(*self._scope(registering, attributes), count)

    def preview(self, **attributes: Value) -> str:
        """Give the code that would be minted now, without minting it; no promise.

        Raises what `mint` does.
        """
        _, scope = self._scope(self._registering(), attributes)
        with self._store.transaction() as work:
            coming = foresee(work, [scope], self._dice)[0]
        if coming is None:
            raise SequenceFull(scope=scope.key, capacity=scope.capacity)
        return coming.text

    # ------------------------------------------------------------ register

    def register(self, *, code: str | None = None, **facts: Value) -> Registered:
        """Register a customer and mint their code; whoever is known keeps the code they have.

        Facts are those of `mintmark.Customer` and the attributes of the rules, as people write them
        or parsed; `code` is one that the customer has already, if the rule takes codes by hand or a
        legacy family has it. Raises what is wrong with them; then nothing is written.
        """
        registering = self._registering()
        customer = self._customer(facts, own_attributes(registering.rules))
        outcome = registering.register([Record(customer=customer, code=code)])[0]
        if isinstance(outcome, Refused):
            raise outcome.refusal
        return outcome

    def register_many(
        self, records: Sequence[Record], *, batch: int | None = None, keep_back: bool = False
    ) -> list[Outcome]:
        """Register many in one unit of work; those refused use up no number."""
        return self._registering().register(records, batch=batch, keep_back=keep_back)

    def forecast(self, records: Sequence[Record], *, keep_back: bool = False) -> list[Outcome]:
        """Tell what `register_many` would give now, and write nothing."""
        return self._registering().forecast(records, keep_back=keep_back)

    # ------------------------------------------------------------ look up

    def resolve(self, code: str) -> Found:
        """Find what a code stands for, however it is typed. Raises NotACode or UnknownCode."""
        return lookup.resolve(self._store, code, self.rulebook)

    def find(self, text: str | None = None, /, **facts: str) -> list[Found]:
        """Find customers by name, phone, e-mail or ID number; a bare text is tried as each.

        Several facts have to be true at once. Raises MissingFact, UnknownFact, or what is wrong
        with a value; nobody found is an empty list.
        """
        country = self._settings.country
        if text is not None:
            return lookup.find_any(self._store, text, country, self.rulebook)
        return lookup.find(self._store, facts, country, self.rulebook)

    def customers(self) -> Iterator[Known]:
        """Give all customers with their codes in the order of registration, a few at a time."""
        with self._store.transaction() as work:
            yield from work.customers.every()

    def status(self, *, scopes: int = 5, batches: int = 5) -> Status:
        """Tell how the register stands."""
        rules = self.rulebook.current()
        with self._store.transaction() as work:
            codes, bound = work.codes.count()
            return Status(
                place=shown(self._settings.place),
                server=self._store.server_version(),
                rules=rules,
                customers=work.customers.count(),
                codes=codes,
                unbound=codes - bound,
                fullest=work.counters.fullest(scopes, now=self._now()),
                batches=work.batches.recent(batches),
            )

    # ------------------------------------------------------------ batches

    def start_batch(self, *, file: str, sheet: str, digest: bytes, total: int) -> int:
        """Note that an import begins; give its number."""
        at, actor = self._now(), self._settings.actor
        with self._store.transaction() as work:
            return work.batches.start(
                file=file, sheet=sheet, digest=digest, total=total, at=at, actor=actor
            )

    def finish_batch(self, batch: int) -> None:
        """Note that an import is through."""
        with self._store.transaction() as work:
            work.batches.finish(batch, at=self._now())

    # ------------------------------------------------------------ inside

    @property
    def country(self) -> str:
        """The country (ISO 3166-1) whose phone numbers need no country code."""
        return self._settings.country

    def now(self) -> datetime:
        """Give the time it is."""
        return self._now()

    def at(self, moment: datetime) -> datetime:
        """Read a time of day as that of the register's time zone."""
        return moment.replace(tzinfo=self._settings.time_zone)

    def today(self) -> date:
        """Give the day it is in the register's time zone."""
        return self._now().astimezone(self._settings.time_zone).date()

    @property
    def own(self) -> Own:
        """The attributes of the register's own rules: name → the fact whose kind they have."""
        try:
            return own_attributes(self._registering().rules)
        except NoRule:
            return {}

    def rules(self) -> list[Rule]:
        """Give the rules in force. Raises NoRule."""
        with self._store.transaction() as work:
            return [live.rule for live in self.rulebook.live(work)]

    def _registering(self) -> Registering:
        with self._store.transaction() as work:
            rules = self.rulebook.live(work)
        return Registering(
            store=self._store,
            rules=rules,
            families=self.rulebook.declared,
            now=self._now(),
            actor=self._settings.actor,
            dice=self._dice,
        )

    def _scope(self, registering: Registering, attributes: dict[str, Value]) -> tuple[Live, Scope]:
        rules = [live.rule for live in registering.rules]
        named = tuple(dict.fromkeys(name for rule in rules for name in rule.attributes))
        if strange := [name for name in attributes if name not in named]:
            raise UnknownFact(fact=strange[0], known=named)
        facts = self._customer(attributes, own_attributes(registering.rules)).facts()
        live = the_rule(registering.rules, facts)
        return live, live.speller.scope(facts)

    def _customer(self, facts: dict[str, Value], own: Own) -> Customer:
        given = {fact: value for fact, value in facts.items() if isinstance(value, str)}
        days = {fact: value for fact, value in facts.items() if isinstance(value, date)}
        dated = ("registered", "contract", *(n for n, kind in own.items() if kind == "registered"))
        if strange := [fact for fact in days if fact not in dated]:
            raise UnknownFact(fact=strange[0], known=dated)
        parsed = customers.of(given, country=self._settings.country, own=own)
        return Customer.of_facts({**parsed.facts(), "name": parsed.name, **days})
