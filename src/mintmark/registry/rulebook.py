"""The rulebook (规则簿): every rule of a register, from draft to successor.

Draft → proved → simulated → published, in force from a moment on → succeeded by the next version.
A published version never changes; before its first code it can be withdrawn, and its code tables
can grow as long as the proof still holds.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mintmark.customer import NO_FIELDS, Fields
from mintmark.errors import CodeMoved, FieldIsAttribute, NoRule, RuleInUse, UnknownRule, UnusedTable
from mintmark.registry.ruling import Live, Ruling, own_attributes
from mintmark.registry.simulate import Simulation, simulate
from mintmark.rule import Family, Rule, Scope, Speller
from mintmark.rule.proof import Proof
from mintmark.rule.table import CodeTable, Entries
from mintmark.settings import Settings
from mintmark.store import Draft, Published, Store, Work, facts
from mintmark.store.leases import Leased


class Rulebook:
    """The rules of an open register."""

    def __init__(self, store: Store, settings: Settings, now: Callable[[], datetime]) -> None:
        self._store = store
        self._settings = settings
        self._now = now
        self._edition = -1
        self._ruling: Ruling | None = None
        self._versions: list[Published] = []
        self._families: list[Family] = []
        self._declared: Fields = NO_FIELDS
        self._spellers: dict[tuple[int, date], Speller] = {}

    # ------------------------------------------------------------ look

    def versions(self) -> list[Published]:
        """Give all published versions of all rules, the oldest first."""
        with self._store.transaction() as work:
            self._refresh(work)
            return list(self._versions)

    def get(self, name: str | None = None, version: int | None = None) -> Published:
        """Give a version of a rule: by default the one in force, or else the newest.

        Without a name, of the only rule, or of the one that applies to everybody. Raises NoRule or
        UnknownRule.
        """
        with self._store.transaction() as work:
            self._refresh(work)
        versions = [v for v in self._versions if v.withdrawn_at is None or v.version == version]
        if not versions:
            raise NoRule
        names = tuple(dict.fromkeys(one.name for one in versions))
        wanted = name or ("main" if "main" in names else names[-1])
        found = [v for v in versions if v.name == wanted and version in (None, v.version)]
        if not found:
            known = tuple(f"{v.name}@{v.version}" for v in versions) if version else names
            raise UnknownRule(rule=f"{wanted}@{version}" if version else wanted, known=known)
        current = [v for v in in_force(self._versions, self._now()) if v in found]
        return (current or found)[-1]

    def current(self) -> list[Published]:
        """Give the versions in force now."""
        return in_force(self.versions(), self._now())

    def ruling(self, *, anew: bool = True) -> Ruling:
        """Give the rules in force now; without `anew`, of what was read of them last.

        Raises NoRule where there is none.
        """
        now = self._now()
        last = self._ruling
        if not anew and last is not None and last.since <= now < last.until:
            return last
        with self._store.transaction() as work:
            self._refresh(work)
        found = in_force(self._versions, now)
        if not found:
            raise NoRule
        rules = [self._live(published, now) for published in found]
        ends = [self._midnight(live.rule, now) for live in rules]
        coming = (v.effective_from for v in self._versions if v.effective_from > now)
        self._ruling = Ruling(
            self._edition, rules, self._families, self._declared,
            fields={**own_attributes(rules), **self._declared},
            since=now, until=min([*ends, *coming]),
        )  # fmt: skip
        return self._ruling

    def fields(self, *, anew: bool = True) -> Fields:
        """Give what is known of customers beside the usual facts: attributes of rules, fields.

        Without `anew`, as it was read last.
        """
        try:
            return self.ruling(anew=anew).fields
        except NoRule:
            return self._declared

    def scope_of(self, leased: Leased) -> Scope:
        """Give the scope of a lease, as it was spelt when it was lent."""
        published = self.known().get(leased.rule) or self.by_id()[leased.rule]
        speller = Speller(published.rule, self._today(published.rule, leased.leased_at))
        return speller.scope(facts.unpack_open(leased.attributes))

    def keep_up(self, work: Work) -> None:
        """Read again what has changed since it was read: rules, fields, and keys to search by."""
        self._refresh(work)

    def known(self) -> dict[int, Published]:
        """Give every version by its id, as last read."""
        return {version.id: version for version in self._versions}

    def rules_by_id(self) -> dict[int, Rule]:
        """Give the rule of every version by its id."""
        return {inner: version.rule for inner, version in self.by_id().items()}

    def by_id(self) -> dict[int, Published]:
        """Give every version by its id, for reading old codes."""
        return {version.id: version for version in self.versions()}

    def named(self) -> frozenset[str]:
        """Give the attributes that any version of a rule names."""
        rules = self.rules_by_id().values()
        return frozenset(attribute for rule in rules for attribute in rule.attributes)

    def families(self) -> list[Family]:
        """Give the declared legacy families."""
        with self._store.transaction() as work:
            return work.rules.families()

    def drafts(self) -> list[Draft]:
        """Give all drafts by name."""
        with self._store.transaction() as work:
            return work.rules.drafts()

    def draft(self, name: str) -> Draft:
        """Give a draft. Raises UnknownRule."""
        drafts = {draft.name: draft for draft in self.drafts()}
        if name not in drafts:
            raise UnknownRule(rule=name, known=tuple(drafts))
        return drafts[name]

    # ------------------------------------------------------------ draft, prove, try

    def save(self, rule: Rule) -> Draft:
        """Keep a rule as a draft under its name; an earlier draft of that name is replaced."""
        with self._store.transaction() as work:
            work.rules.save(
                rule.name, rule.definition(), at=self._now(), actor=self._settings.actor
            )
        return self.draft(rule.name)

    def discard(self, name: str) -> Draft:
        """Forget a draft and give it back. Raises UnknownRule."""
        draft = self.draft(name)
        with self._store.transaction() as work:
            work.rules.drop(name)
        return draft

    def prove(self, rule: Rule) -> Proof:
        """Prove a rule beside the others of the register; a draft of it is noted as proved."""
        with self._store.transaction() as work:
            proof = self._prove(work, rule)
            if proof.holds and self._is_draft(work, rule):
                work.rules.reached(rule.name, "proved", at=self._now())
        return proof

    def simulate(self, rule: Rule, *, limit: int | None = None) -> Simulation:
        """Try a rule on the register's customers, and write nothing but that a draft was tried."""
        with self._store.transaction() as work:
            self._refresh(work)
            speller = Speller(rule, self._today(rule, self._now()))
            found = simulate(work, speller, limit=limit)
        with self._store.transaction() as work:
            if self._is_draft(work, rule):
                work.rules.reached(rule.name, "simulated", at=self._now())
        return found

    # ------------------------------------------------------------ publish, withdraw, add

    def publish(self, rule: Rule, *, effective_from: datetime | None = None) -> Published:
        """Prove a rule and publish it; codes minted from then on are spelt by it, others stay.

        `effective_from` (aware; default now) schedules it. Publishing what is in force changes
        nothing. Raises the first refusal of the proof; then nothing is published.
        """
        now = self._now()
        with self._store.transaction() as work:
            work.rules.lock()
            self._refresh(work, anew=True)
            of_name = [v for v in self._versions if v.name == rule.name]
            standing = [v for v in of_name if v.withdrawn_at is None]
            if standing and standing[-1].rule.definition() == rule.definition():
                return standing[-1]
            self._prove(work, rule).demand()
            published = Published(
                id=max((v.id for v in self._versions), default=0) + 1,
                name=rule.name,
                version=len(of_name) + 1,
                definition=rule.definition(),
                published_at=now,
                effective_from=max(effective_from or now, now),
                actor=self._settings.actor,
            )
            work.rules.add(published)
            work.rules.drop(rule.name)
        return published

    def withdraw(self, name: str, version: int | None = None) -> Published:
        """Take a version back before its first code; the one before it is in force again.

        By default the newest one of the name. Raises UnknownRule, RuleInUse, or what stands against
        the version that would be in force again: others may have been published meanwhile.
        """
        with self._store.transaction() as work:
            work.rules.lock()
            self._refresh(work, anew=True)
            standing = [v for v in self._versions if v.name == name and v.withdrawn_at is None]
            found = [v for v in standing if version in (None, v.version)]
            if not found:
                names = tuple(dict.fromkeys(v.name for v in self._versions))
                raise UnknownRule(rule=f"{name}@{version}" if version else name, known=names)
            if codes := work.rules.codes(found[-1]):
                raise RuleInUse(rule=f"{name}@{found[-1].version}", codes=codes)
            left = [v for v in self._versions if v.id != found[-1].id]
            standing = _standing(left, self._now())
            for returning in (v for v in standing if v.name == name):
                others = [v.rule for v in standing if v.name != name]
                _proof_of(returning.rule, others, work.rules.families()).demand()
            work.rules.withdraw(found[-1], at=self._now())
        return replace(found[-1], withdrawn_at=self._now())

    def extend(self, attribute: str, entries: Entries) -> list[Published]:
        """Add entries, or spellings, to a code table of every rule in force or scheduled.

        No new version is needed, but a new proof: it is raised where it fails, and nothing is
        added. Raises UnusedTable where no rule has the table, CodeMoved where a code would change
        its meaning.
        """
        with self._store.transaction() as work:
            work.rules.lock()
            self._refresh(work, anew=True)
            coming = _standing(self._versions, self._now())
            using = [v for v in coming if attribute in v.rule.tables]
            if not using:
                raise UnusedTable(attribute=attribute)
            grown = [self._grown(v, attribute, entries) for v in using]
            others = [v.rule for v in coming if v not in using]
            for place, rule in enumerate(grown):
                _proof_of(rule, [*others, *grown[:place]], work.rules.families()).demand()
            for published in using:
                work.rules.extend(
                    published, attribute, CodeTable.of(attribute, entries).definition(),
                    at=self._now(), actor=self._settings.actor,
                )  # fmt: skip
        return using

    def declare(self, family: Family) -> Family:
        """Declare codes of before Mintmark, or of another system: accepted, never minted.

        Raises WrongPattern, or RulesCollide where a rule in force or scheduled could spell one.
        """
        with self._store.transaction() as work:
            work.rules.lock()
            self._refresh(work, anew=True)
            for published in _standing(self._versions, self._now()):
                _require_apart(published.rule, family)
            work.rules.declare(family, at=self._now(), actor=self._settings.actor)
        return family

    # ------------------------------------------------------------ inside

    def _refresh(self, work: Work, *, anew: bool = False) -> None:
        """Read the rules and fields again if anything about them has changed."""
        edition = work.edition
        if edition != self._edition:
            work.sealing.refresh(work.keytables.noted())  # keys may have come or gone, too
        if anew or edition != self._edition:
            self._versions = work.rules.every()
            self._families = work.rules.families()
            self._declared = {one.name: one.field for one in work.fields.every()}
            self._edition = edition
            self._spellers = {}

    def _live(self, published: Published, now: datetime) -> Live:
        rule = published.rule
        today = self._today(rule, now)
        if (speller := self._spellers.get((published.id, today))) is None:
            speller = self._spellers[published.id, today] = Speller(rule, today)
        return Live(published.id, rule, speller)

    def _midnight(self, rule: Rule, now: datetime) -> datetime:
        """Give when the next day begins where the rule counts its days."""
        zone = ZoneInfo(rule.terms.time_zone) if rule.terms.time_zone else self._settings.time_zone
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), zone).astimezone(UTC)

    def _today(self, rule: Rule, now: datetime) -> date:
        zone = rule.terms.time_zone
        return now.astimezone(ZoneInfo(zone) if zone else self._settings.time_zone).date()

    def _prove(self, work: Work, rule: Rule) -> Proof:
        self._refresh(work)
        if taken := [name for name in rule.attributes if name in self._declared]:
            raise FieldIsAttribute(field=taken[0], rule=rule.name)
        others = [v.rule for v in _standing(self._versions, self._now()) if v.name != rule.name]
        return _proof_of(rule, others, work.rules.families())

    @staticmethod
    def _is_draft(work: Work, rule: Rule) -> bool:
        drafts = (draft for draft in work.rules.drafts() if draft.name == rule.name)
        return any(draft.definition == rule.definition() for draft in drafts)

    @staticmethod
    def _grown(published: Published, attribute: str, entries: Entries) -> Rule:
        table = published.rule.tables[attribute]
        for entry in CodeTable.of(attribute, entries).entries:
            kept = table.of_code(entry.code)
            if kept is not None and kept.name not in entry.spellings:
                raise CodeMoved(attribute=attribute, code=entry.code, value=kept.name)
        definition = published.rule.definition()
        definition["tables"][attribute] = table.with_entries(entries).definition()
        return Rule.of(definition)


def in_force(versions: Sequence[Published], now: datetime) -> list[Published]:
    """Give, of each rule, the newest version that is in force and not withdrawn."""
    begun = [v for v in versions if v.withdrawn_at is None and v.effective_from <= now]
    return list({v.name: v for v in sorted(begun, key=lambda v: v.version)}.values())


def _standing(versions: Sequence[Published], now: datetime) -> list[Published]:
    """Give the versions that mint or will mint."""
    scheduled = [v for v in versions if v.withdrawn_at is None and v.effective_from > now]
    return [*in_force(versions, now), *scheduled]


def _proof_of(rule: Rule, others: Iterable[Rule], families: Iterable[Family]) -> Proof:
    # The automata take a sixth of a second to load, and most runs prove nothing.
    from mintmark.rule.proof.prove import prove  # noqa: PLC0415

    return prove(rule, others, families)


def _require_apart(rule: Rule, family: Family) -> None:
    from mintmark.rule.proof.meet import prove_apart_from  # noqa: PLC0415 - as above

    if (refusal := prove_apart_from(rule, family)) is not None:
        raise refusal
