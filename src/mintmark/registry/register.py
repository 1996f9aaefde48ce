"""The open register: every verb that people have."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mintmark import customer as customers
from mintmark.customer import Customer
from mintmark.errors import NoRule, UnknownFact, UnknownVersion
from mintmark.minting import first_numbers
from mintmark.registry import lookup
from mintmark.registry.lookup import Found
from mintmark.registry.outcome import Outcome, Record, Refused, Registered
from mintmark.registry.registering import Registering
from mintmark.rule import Rule, Scope, define
from mintmark.rule.definition import EARLIEST, Tables
from mintmark.settings import Settings, shown
from mintmark.store import Known, Published, Store, Work
from mintmark.store.batches import Batch
from mintmark.store.counters import Usage

Value = str | date


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the register stands."""

    place: str
    server: str
    rule: Published | None
    customers: int
    codes: int
    unbound: int
    fullest: list[Usage]
    batches: list[Batch]


class Register:
    """An open register. Made by `mintmark.open`; any number of threads may use it at once."""

    def __init__(self, *, store: Store, settings: Settings, now: Callable[[], datetime]) -> None:
        self._store = store
        self._settings = settings
        self._now = now
        self._rules: dict[int, Published] = {}
        self._read: dict[int, Rule] = {}

    # ------------------------------------------------------------ rules

    def publish(
        self,
        rule: str | Rule,
        *,
        tables: Tables | None = None,
        earliest: date = EARLIEST,
        latest: date | None = None,
    ) -> Published:
        """Publish a rule; codes minted from now on are spelt by it, codes that exist stay.

        `tables`: attribute → code → spelling(s). Publishing what is in force changes nothing.
        Raises the refusals of `mintmark.rule.define`.
        """
        if isinstance(rule, str):
            rule = define(rule, tables=tables or {}, earliest=earliest, latest=latest)
        with self._store.transaction() as work:
            work.rules.lock()
            versions = work.rules.every()
            if versions and versions[-1].definition == rule.definition():
                return versions[-1]
            published = Published(
                version=len(versions) + 1,
                definition=rule.definition(),
                published_at=self._now(),
                actor=self._settings.actor,
            )
            work.rules.add(published)
        return published

    def rules(self) -> list[Published]:
        """Give all published versions, the oldest first."""
        with self._store.transaction() as work:
            return work.rules.every()

    def rule(self, version: int | None = None) -> Published:
        """Give a version of the rule, the newest by default. Raises NoRule or UnknownVersion."""
        with self._store.transaction() as work:
            return self._published(work, version)

    # ------------------------------------------------------------ mint

    def mint(self, **attributes: Value) -> str:
        """Mint one code that stands for nobody yet; see `mint_many`."""
        return self.mint_many(1, **attributes)[0]

    def mint_many(self, count: int, **attributes: Value) -> list[str]:
        """Mint so many codes with these attributes, numbered without a gap, in one unit of work.

        Attributes are what the rule names, as people write them or parsed. Raises NoRule,
        UnknownFact, MissingFact, UnknownValue, DateOutOfRange or SequenceFull; then nothing is
        minted.
        """
        with self._store.transaction() as work:
            registering = self._registering(work)
            return registering.mint(work, self._scope(registering, attributes), count)

    def preview(self, **attributes: Value) -> str:
        """Give the code that would be minted now, without minting it; no promise."""
        with self._store.transaction() as work:
            scope = self._scope(self._registering(work), attributes)
            return scope.spell(first_numbers(work, [scope])[0])

    # ------------------------------------------------------------ register

    def register(self, **facts: Value) -> Registered:
        """Register a customer and mint their code; whoever is known keeps the code they have.

        Facts are those of `mintmark.Customer`, as people write them or parsed. Raises what is
        wrong with them; then nothing is written.
        """
        outcome = self.register_many([Record(customer=self._customer(facts))])[0]
        if isinstance(outcome, Refused):
            raise outcome.refusal
        return outcome

    def register_many(
        self, records: Sequence[Record], *, batch: int | None = None, keep_back: bool = False
    ) -> list[Outcome]:
        """Register many in one unit of work; those refused use up no number."""
        return self._ready().register(records, batch=batch, keep_back=keep_back)

    def forecast(self, records: Sequence[Record], *, keep_back: bool = False) -> list[Outcome]:
        """Tell what `register_many` would give now, and write nothing."""
        return self._ready().forecast(records, keep_back=keep_back)

    # ------------------------------------------------------------ look up

    def resolve(self, code: str) -> Found:
        """Find what a code stands for, however it is typed. Raises NotACode or UnknownCode."""
        return lookup.resolve(self._store, code, self._all_rules())

    def find(self, text: str | None = None, /, **facts: str) -> list[Found]:
        """Find customers by name, phone, e-mail or ID number; a bare text is tried as each.

        Several facts have to be true at once. Raises MissingFact, UnknownFact, or what is wrong
        with a value; nobody found is an empty list.
        """
        country = self._settings.country
        if text is not None:
            return lookup.find_any(self._store, text, country, self._all_rules())
        return lookup.find(self._store, facts, country, self._all_rules())

    def customers(self) -> Iterator[Known]:
        """Give all customers with their codes in the order of registration, a few at a time."""
        with self._store.transaction() as work:
            yield from work.customers.every()

    def status(self, *, scopes: int = 5, batches: int = 5) -> Status:
        """Tell how the register stands."""
        with self._store.transaction() as work:
            codes, bound = work.codes.count()
            versions = work.rules.every()
            return Status(
                place=shown(self._settings.place),
                server=self._store.server_version(),
                rule=versions[-1] if versions else None,
                customers=work.customers.count(),
                codes=codes,
                unbound=codes - bound,
                fullest=work.counters.fullest(scopes),
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

    def today(self) -> date:
        """Give the day it is in the register's time zone."""
        return self._now().astimezone(self._settings.time_zone).date()

    def _ready(self) -> Registering:
        with self._store.transaction() as work:
            return self._registering(work)

    def _registering(self, work: Work) -> Registering:
        published = self._published(work)
        return Registering(
            store=self._store,
            version=published.version,
            rule=self._rule(published),
            now=self._now(),
            today=self.today(),
            actor=self._settings.actor,
        )

    def _published(self, work: Work, version: int | None = None) -> Published:
        """Give a version of the rule; each is read only once, for none ever changes."""
        newest = work.rules.newest()
        if newest is None:
            raise NoRule
        wanted = version or newest
        if wanted not in self._rules:
            self._rules = {one.version: one for one in work.rules.every()}
        if wanted not in self._rules:
            raise UnknownVersion(version=wanted, newest=newest)
        return self._rules[wanted]

    def _rule(self, published: Published) -> Rule:
        if published.version not in self._read:
            self._read[published.version] = published.rule
        return self._read[published.version]

    def _all_rules(self) -> dict[int, Rule]:
        try:
            self.rule()
        except NoRule:
            return {}
        return {version: self._rule(published) for version, published in self._rules.items()}

    def _scope(self, registering: Registering, attributes: dict[str, Value]) -> Scope:
        named = registering.rule.attributes
        if strange := [name for name in attributes if name not in named]:
            raise UnknownFact(fact=strange[0], known=named)
        return registering.scope(self._customer(attributes))

    def _customer(self, facts: dict[str, Value]) -> Customer:
        given = {fact: value for fact, value in facts.items() if isinstance(value, str)}
        parsed = customers.of(given, country=self._settings.country)
        days = {fact: value for fact, value in facts.items() if isinstance(value, date)}
        if strange := [fact for fact in days if fact != "registered"]:
            raise UnknownFact(fact=strange[0], known=("registered",))
        return Customer(**{**parsed.facts(), "name": parsed.name, **days})  # type: ignore[arg-type]
