"""The number ledger: the state of every number, and the proof that none is unaccounted for."""

import click

from mintmark.cli import exits
from mintmark.cli.desk import Desk, verb
from mintmark.registry import Event, Fault, NumberLedger, Run, Verification

_RUNS = 1000  # runs that are printed for people; --json gives all


@click.command()
@click.argument("scope", metavar="SCOPE|CODE")
@click.option("--events", type=click.IntRange(min=0), default=10, show_default=True, metavar="N")
@verb
def numbers(desk: Desk, scope: str, events: int) -> None:
    """Show the state of every number of a scope."""
    with desk.register() as register:
        ledger = register.numbers(scope, events=events)
    desk.give(ledger, lambda: _print_ledger(desk, ledger))


@click.command()
@click.option("--repair", is_flag=True)
@verb
def verify(desk: Desk, *, repair: bool) -> int:
    """Prove that every number is accounted for."""
    with desk.register() as register:
        proof = register.verify(repair=repair)
        desk.out.follow("cli.verify.working", proof)
    told = {
        "holds": proof.holds, "scopes": proof.scopes, "numbers": proof.numbers,
        "lost_leases": proof.lost, "faults": proof.faults,
    }  # fmt: skip
    desk.give(told, lambda: _print_proof(desk, proof))
    return exits.OK if proof.holds else exits.UNSOUND


def _print_ledger(desk: Desk, ledger: NumberLedger) -> None:
    say, out = desk.say, desk.out
    out.line(ledger.scope, style="bold")
    out.pairs([
        (say("cli.numbers.counter"), f"{max(ledger.last, 0):,}"),
        (say("cli.numbers.used"), f"{ledger.used:,} / {ledger.capacity:,}"),
        *((say(f"number-state.{state}"), f"{n:,}") for state, n in ledger.counts.items()),
    ])  # fmt: skip
    words = ("numbers", "count", "state", "holder", "reason", "actor", "since")
    out.line()
    out.table(
        [say(f"column.{word}") for word in words],
        [_run(desk, run) for run in ledger.runs[:_RUNS]],
    )
    if len(ledger.runs) > _RUNS:
        out.line(say("cli.numbers.more", count=len(ledger.runs) - _RUNS), style="dim")
    if ledger.events:
        out.line("\n" + say("cli.numbers.history"), style="bold")
        told = ("at", "verb", "numbers", "actor", "reason")
        out.table(
            [say(f"column.{word}") for word in told],
            [_event(desk, event) for event in ledger.events],
        )


def _run(desk: Desk, run: Run) -> tuple[str, ...]:
    extent = run.code or _extent(run.first, run.last)
    state = desk.say(f"number-state.{run.state}")
    if run.by_hand:
        state += f" ({desk.say('number-state.by-hand')})"
    since = desk.plain(run.since)
    if run.until != run.since:
        since += f" … {desk.plain(run.until)}"
    return extent, f"{run.count:,}", state, run.holder, _reason(desk, run.reason), run.who, since


def _event(desk: Desk, event: Event) -> tuple[str, ...]:
    extent = event.code or _extent(event.first or 0, event.last or 0)
    verb = desk.say(f"event.{event.verb}")
    return desk.plain(event.at), verb, extent, event.actor, event.reason or ""


def _extent(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} … {last}"


def _reason(desk: Desk, reason: str) -> str:
    key = f"skipped.{reason}"
    return desk.say(key) if desk.say.has(key) else reason


def _print_proof(desk: Desk, proof: Verification) -> None:
    say, out = desk.say, desk.out
    if proof.lost:
        out.line(say("cli.verify.lost", count=proof.lost), style="yellow")
    for fault in proof.faults:
        style = "yellow" if fault.repaired else "red"
        out.line(("✓ " if fault.repaired else "✗ ") + _fault(desk, fault), style=style)
    counted = {"scopes": f"{proof.scopes:,}", "count": proof.numbers}
    if proof.holds:
        out.line("✓ " + say("cli.verify.holds", **counted), style="green")
        return
    out.line("✗ " + say("cli.verify.fails", **counted), style="red bold")
    mendable = {"lagging", "miscounted"}.intersection(fault.kind for fault in proof.faults)
    out.line("→ " + say("cli.verify.repair" if mendable else "cli.verify.way-out"), style="cyan")


def _fault(desk: Desk, fault: Fault) -> str:
    return desk.say(
        f"fault.{fault.kind}", scope=fault.scope, first=fault.first, last=fault.last,
        count=fault.count,
    )  # fmt: skip
