"""Rules from draft to successor: check, try, publish, compare, take back."""

from datetime import datetime
from typing import Any

import click

from mintmark.cli import exits
from mintmark.cli.desk import Desk, language_option, verb
from mintmark.cli.proofs import print_proof, proof_as_json
from mintmark.cli.rulefile import rule_of
from mintmark.errors import NoRegister
from mintmark.registry import Published, Register, Simulation
from mintmark.rule import Rule, sample
from mintmark.rule.diff import Difference, diff

source_argument = click.argument("source", metavar="RULE")


@click.group()
@language_option
def rule() -> None:  # noqa: D103 - its help is in the catalogues
    pass


@rule.command()
@source_argument
@verb
def check(desk: Desk, source: str) -> int:
    """Prove a rule, beside those of the register if there is one."""
    try:
        with desk.register() as register:
            wanted = rule_of(source, register)
            proof, beside = register.rulebook.prove(wanted), True
            example = sample(wanted, today=register.today())
    except NoRegister:
        from mintmark.rule.proof.prove import prove  # noqa: PLC0415 - its automata take a while to load

        wanted = rule_of(source, None)
        proof, beside = prove(wanted), False
        example = sample(wanted, today=desk.today())

    def lines() -> None:
        print_proof(desk, proof, example=example, beside=beside)

    desk.give({**proof_as_json(desk, proof), "sample": example, "register": beside}, lines)
    return exits.OK if proof.holds else exits.REFUSED


@rule.command()
@source_argument
@verb
def draft(desk: Desk, source: str) -> None:
    """Keep a rule as a draft."""
    with desk.register() as register:
        kept = register.rulebook.save(rule_of(source, register))
    desk.give(kept, lambda: desk.out.line(desk.say("cli.rule.draft.done", name=kept.name)))


@rule.command()
@click.argument("name")
@verb
def discard(desk: Desk, name: str) -> None:
    """Forget a draft."""
    with desk.register() as register:
        gone = register.rulebook.discard(name)
    desk.give(gone, lambda: desk.out.line(desk.say("cli.rule.discard.done", name=name)))


@rule.command("try")
@source_argument
@click.option("--limit", type=click.IntRange(min=1), metavar="N")
@verb
def try_(desk: Desk, source: str, limit: int | None) -> None:
    """Try a rule on the customers of the register."""
    with desk.register() as register, desk.out.waiting("cli.rule.try.working"):
        found = register.rulebook.simulate(rule_of(source, register), limit=limit)
    desk.give(_tried(desk, found), lambda: _print_tried(desk, found))


@rule.command()
@source_argument
@click.option("--from", "moment", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]))
@verb
def publish(desk: Desk, source: str, moment: datetime | None) -> None:
    """Prove a rule and publish it."""
    with desk.register() as register:
        wanted = rule_of(source, register)
        before = register.rulebook.versions()
        when = moment.replace(tzinfo=register.time_zone) if moment else None
        published = register.rulebook.publish(wanted, effective_from=when)
        example = sample(published.rule, today=register.today())
    changed = published not in before
    scheduled = when is not None and published.effective_from == when

    def lines() -> None:
        facts = {"name": published.name, "version": published.version, "text": wanted.text}
        desk.out.line(
            desk.say("cli.rule.publish.done" if changed else "cli.rule.publish.unchanged", **facts)
        )
        if scheduled:
            begin = desk.say.moment(published.effective_from)
            desk.out.line(desk.say("cli.rule.publish.from", begin=begin))
        desk.out.line(desk.say("cli.rule.publish.sample", code=example), style="dim")

    value = {
        "name": published.name,
        "version": published.version,
        "changed": changed,
        "rule": wanted.text,
        "effective_from": published.effective_from,
        "sample": example,
    }
    desk.give(value, lines)


@rule.command()
@click.argument("name")
@click.option("--version", type=click.IntRange(min=1), metavar="N")
@verb
def withdraw(desk: Desk, name: str, version: int | None) -> None:
    """Take a version back before its first code."""
    with desk.register() as register:
        gone = register.rulebook.withdraw(name, version)
    facts = {"name": gone.name, "version": gone.version}
    desk.give(gone, lambda: desk.out.line(desk.say("cli.rule.withdraw.done", **facts)))


@rule.command("diff")
@click.argument("old", metavar="RULE")
@click.argument("new", metavar="RULE")
@verb
def diff_(desk: Desk, old: str, new: str) -> None:
    """Compare two versions."""
    try:
        with desk.register() as register:
            pair = rule_of(old, register), rule_of(new, register)
            found = diff(*pair, today=register.today())
    except NoRegister:
        found = diff(rule_of(old, None), rule_of(new, None), today=desk.today())
    desk.give(found, lambda: _print_difference(desk, found))


@rule.command()
@click.argument("name", required=False)
@click.option("--version", type=click.IntRange(min=1), metavar="N")
@verb
def show(desk: Desk, name: str | None, version: int | None) -> None:
    """Show a version of a rule with its code tables."""
    with desk.register() as register:
        published = register.rulebook.get(name, version)
    told = {**_as_json(published), "segments": published.rule.structure()}
    desk.give(told, lambda: _print(desk, published))


@rule.command("list")
@verb
def list_(desk: Desk) -> None:
    """List all rules, their versions and the drafts."""
    with desk.register() as register:
        versions, drafts = register.rulebook.versions(), register.rulebook.drafts()
        states = _states(register)

    def lines() -> None:
        if not versions and not drafts:
            desk.out.line(desk.say("cli.rule.list.empty"))
            return
        words = ("rule", "state", "from", "actor", "text")
        headings = [desk.say(f"word.{word}") for word in words]
        desk.out.table(headings, [
            *((f"{v.name}@{v.version}", desk.say(f"state.{states[v.id]}"),
               desk.say.moment(v.effective_from), v.actor, v.rule.text) for v in versions),
            *((d.name, desk.say(f"state.{_stage(d)}"), "", d.actor, d.rule.text) for d in drafts),
        ])  # fmt: skip

    told = [{**_as_json(v), "state": states[v.id]} for v in versions]
    desk.give({"versions": told, "drafts": drafts}, lines)


# ---------------------------------------------------------------- as JSON, as lines


def _as_json(published: Published) -> dict[str, Any]:
    return {
        "name": published.name,
        "version": published.version,
        "definition": published.definition,
        "published_at": published.published_at,
        "effective_from": published.effective_from,
        "withdrawn_at": published.withdrawn_at,
        "actor": published.actor,
    }


def _states(register: Register) -> dict[int, str]:
    current = {version.id for version in register.rulebook.current()}
    now = register.now()
    return {
        v.id: "withdrawn" if v.withdrawn_at else "in-force" if v.id in current
        else "scheduled" if v.effective_from > now else "succeeded"
        for v in register.rulebook.versions()
    }  # fmt: skip


def _stage(draft: Any) -> str:
    return "simulated" if draft.simulated_at else "proved" if draft.proved_at else "draft"


def _print(desk: Desk, published: Published) -> None:
    say, rule = desk.say, published.rule
    desk.out.line(rule.text, style="bold")
    desk.out.pairs([
        (say("word.version"), f"{published.name}@{published.version}"),
        (say("word.published"), f"{say.moment(published.published_at)}  {published.actor}"),
        (say("word.from"), say.moment(published.effective_from)),
        *_terms(desk, rule),
    ])  # fmt: skip
    for attribute, table in rule.tables.items():
        desk.out.line("\n" + say("cli.rule.show.table", attribute=attribute), style="bold")
        desk.out.pairs(
            (entry.code, say("list.separator").join(entry.spellings)) for entry in table.entries
        )


def _terms(desk: Desk, rule: Rule) -> list[tuple[str, str]]:
    latest = str(rule.terms.latest) if rule.terms.latest else desk.say("word.today")
    terms = {
        k: v for k, v in rule.terms.definition().items() if k not in ("name", "latest", "earliest")
    }
    return [
        (desk.say("word.range"), f"{rule.terms.earliest} … {latest}"),
        (desk.say("word.capacity"), f"{rule.number.capacity:,}"),
        *((desk.say(f"term.{term}"), desk.plain(value)) for term, value in terms.items()),
    ]


def _tried(desk: Desk, found: Simulation) -> dict[str, Any]:
    return {
        "rule": found.rule.text,
        "customers": found.customers,
        "spelt": found.spelt,
        "elsewhere": found.elsewhere,
        "refused": [
            {"slug": refusal.slug, "count": count, "example": desk.say.refusal(refusal)[0]}
            for refusal, count in found.refused
        ],
        "samples": found.samples,
        "fullest": found.fullest,
        "longest": found.longest,
        "full_on": found.full_on,
    }


def _print_tried(desk: Desk, found: Simulation) -> None:
    say = desk.say
    desk.out.line(found.rule.text, style="bold")
    if not found.customers:
        desk.out.line(say("cli.rule.try.empty"))
        return
    facts = {"count": found.customers, "spelt": found.spelt, "elsewhere": found.elsewhere}
    desk.out.line(say("cli.rule.try.done", **facts))
    for refusal, count in found.refused:
        desk.out.line(f"  ✗ {count:,} × {say.refusal(refusal)[0]}", style="red")
    headings = [say("cli.rule.try.now"), say("cli.rule.try.instead")]
    desk.out.line()
    desk.out.table(headings, [(one.code, one.instead) for one in found.samples])
    desk.out.line("\n" + say("cli.status.fullest"), style="bold")
    desk.out.pairs(
        (one.scope, f"{one.used:,} / {one.capacity:,}  {one.used / one.capacity:.2%}")
        for one in found.fullest
    )
    if found.full_on:
        desk.out.line(say("cli.rule.try.full", day=found.full_on), style="yellow")


def _print_difference(desk: Desk, found: Difference) -> None:
    say = desk.say
    if not (found.text or found.terms or found.tables):
        desk.out.line(say("cli.rule.diff.same"))
        return
    if found.text:
        desk.out.line(f"- {found.text[0]}", style="red")
        desk.out.line(f"+ {found.text[1]}", style="green")
    for term, old, new in found.terms:
        change = f"{desk.plain(old)} → {desk.plain(new)}"
        desk.out.line(f"  {say(f'term.{term}')}: {change}")
    for table in found.tables:
        desk.out.line("  " + say("cli.rule.show.table", attribute=table.attribute))
        for sign, codes, style in (
            ("+", table.added, "green"), ("-", table.removed, "red"), ("~", table.changed, "yellow")
        ):  # fmt: skip
            if codes:
                shown = say("list.separator").join(codes[:20]) + " …" * (len(codes) > 20)  # noqa: PLR2004
                desk.out.line(f"    {sign} {shown}", style=style)
    desk.out.pairs([
        (say("cli.rule.diff.samples"), " → ".join(found.samples)),
        (say("word.capacity"), " → ".join(f"{n:,}" for n in found.capacities)),
    ])  # fmt: skip
    desk.out.line(
        say("cli.rule.diff.counts-on" if found.counts_on else "cli.rule.diff.begins-anew"),
        style="dim",
    )
