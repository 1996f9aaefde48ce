"""The key ring: how it stands, rotation, destruction, and what the indexes give away."""

import click

from mintmark.cli import exits
from mintmark.cli.desk import Desk, language_option, verb
from mintmark.registry import KeyStanding, KeyStatus, Leak, Leakage

_PER_CENT = 100


@click.group()
@language_option
def keys() -> None:  # noqa: D103 - its help is in the catalogues
    pass


@keys.command()
@verb
def status(desk: Desk) -> None:
    """Tell how the keys stand."""
    with desk.register() as register:
        found = register.keys.status()
    told = {
        "place": found.place, "suite": found.suite, "keys": found.keys,
        "unsealed": found.unsealed, "unfinished": found.unfinished,
        "locked": found.locked and found.locked.slug,
    }  # fmt: skip
    desk.give(told, lambda: _print_status(desk, found))


@keys.command()
@click.option("--index", is_flag=True)
@click.option("--new", is_flag=True)
@verb
def rotate(desk: Desk, *, index: bool, new: bool) -> None:
    """Bring everything under a new key."""
    with desk.register() as register:
        rotation = register.keys.rotate("index" if index else "wrapping", new=new)
        desk.out.follow("cli.keys.rotate.working", rotation)
        place = register.keys.status().place
    key = rotation.key
    told = {
        "key": key and key.id, "version": key and key.version, "resumed": rotation.resumed,
        "done": rotation.done, "retired": [old.id for old in rotation.retired], "place": place,
    }  # fmt: skip

    def lines() -> None:
        facts = {"key": told["key"], "version": told["version"], "count": rotation.done}
        done = desk.say("cli.keys.rotate.indexed" if index else "cli.keys.rotate.wrapped", **facts)
        desk.out.line(f"✓ {done}", style="green")
        for old in rotation.retired:
            desk.out.line("  " + desk.say("cli.keys.rotate.retired", key=old.id))
        desk.out.line("→ " + desk.say("cli.keys.back-up", place=place), style="yellow bold")

    desk.give(told, lines)


@keys.command()
@click.argument("key_id", metavar="ID")
@click.option("--yes", is_flag=True)
@verb
def destroy(desk: Desk, key_id: str, *, yes: bool) -> int:
    """Destroy a retired key for good."""
    with desk.register() as register:
        doomed = register.keys.doomed(key_id)
        if not yes and not desk.asks(desk.say("cli.keys.destroy.sure", key=doomed.id)):
            desk.out.error(desk.say("cli.keys.destroy.kept"))
            return exits.STOPPED
        gone = register.keys.destroy(key_id)
    told = {"key": gone.id, "purpose": gone.purpose, "version": gone.version}
    desk.give(told, lambda: desk.out.line(desk.say("cli.keys.destroy.done", **told)))
    return exits.OK


@keys.command()
@click.option(
    "--bound", type=click.FloatRange(0, _PER_CENT), default=5.0, show_default=True, metavar="%"
)
@verb
def leakage(desk: Desk, bound: float) -> int:
    """Attack the indexes, and tell how much they give away."""
    with desk.register() as register:
        report = register.keys.leakage(bound=bound / _PER_CENT)
        desk.out.follow("cli.keys.leakage.working", report)
    told = {
        "holds": report.holds, "bound": report.bound,
        "indexes": [_plain(leak) for leak in report.leaks],
    }  # fmt: skip
    desk.give(told, lambda: _print_leakage(desk, report))
    return exits.OK if report.holds else exits.LEAKING


def warn_of_keys(desk: Desk, found: KeyStatus) -> None:
    """Say loudly what the key ring is, or why it cannot be read."""
    if found.locked is not None:
        desk.out.line("! " + desk.say("cli.keys.locked"), style="red bold")
        desk.out.refusal(*desk.say.refusal(found.locked), error=False)
        return
    desk.out.line("! " + desk.say("cli.init.keys", place=found.place), style="yellow bold")
    desk.out.line("  " + desk.say("cli.init.keys-lost"), style="yellow bold")
    desk.out.line("→ " + desk.say("cli.keys.back-up", place=found.place), style="yellow bold")


def _print_status(desk: Desk, found: KeyStatus) -> None:
    say, out = desk.say, desk.out
    out.pairs([
        (say("cli.keys.status.place"), found.place),
        (say("cli.keys.status.suite"), found.suite or "—"),
        (say("cli.keys.status.unsealed"), f"{found.unsealed:,}"),
    ])  # fmt: skip
    out.line()
    words = ("key", "purpose", "version", "state", "made", "under")
    out.table([say(f"column.{word}") for word in words], [_row(desk, key) for key in found.keys])
    if found.locked is not None:
        out.line()
        warn_of_keys(desk, found)
    for purpose in found.unfinished:
        out.line()
        out.line("! " + say(f"unfinished.{purpose}"), style="yellow")


def _row(desk: Desk, key: KeyStanding) -> tuple[str, ...]:
    return (
        key.id, desk.say(f"key-purpose.{key.purpose}"), str(key.version),
        desk.say(f"key-state.{key.state}"), desk.plain(key.made_at), f"{key.under:,}",
    )  # fmt: skip


def _plain(leak: Leak) -> dict[str, object]:
    return {
        "index": leak.index, "rows": leak.rows, "tokens": leak.tokens, "largest": leak.largest,
        "coincidences": leak.coincidences, "attacked": leak.attacked, "right": leak.right,
        "share": leak.share, "bound": leak.bound, "verdict": leak.verdict,
    }  # fmt: skip


def _print_leakage(desk: Desk, report: Leakage) -> None:
    say, out = desk.say, desk.out
    words = ("index", "rows", "tokens", "largest", "coincidences", "named", "bound", "verdict")
    out.table(
        [say(f"column.{word}") for word in words],
        [
            (
                say.fact(leak.index), f"{leak.rows:,}", f"{leak.tokens:,}", f"{leak.largest:,}",
                f"{leak.coincidences:.2f}", f"{leak.share:.2%}", f"{leak.bound:.2%}",
                say(f"leak.{leak.verdict}"),
            )
            for leak in report.leaks
        ],
    )  # fmt: skip
    out.line()
    if report.holds:
        out.line("✓ " + say("cli.keys.leakage.holds"), style="green")
    else:
        out.line("✗ " + say("cli.keys.leakage.fails"), style="red bold")
        out.line("→ " + say("cli.keys.leakage.way-out"), style="cyan")
