"""A proof, as people read it and as programs do."""

from typing import Any

from mintmark.cli.desk import Desk
from mintmark.rule.proof import Claim, Proof


def print_proof(desk: Desk, proof: Proof, *, example: str, beside: bool) -> None:
    """Print each claim with a tick, or what stands against it with a way out."""
    desk.out.line(proof.rule.text, style="bold")
    desk.out.line(desk.say("cli.rule.check.sample", code=example), style="dim")
    for claim in proof.claims:
        if claim.refusal is None:
            advice = claim.slug == "no-check"  # nothing was shown: a word in passing
            mark, style = ("·", "dim") if advice else ("✓", "")
            desk.out.line(f"{mark} {_said(desk, claim)}", style=style)
        else:
            desk.out.refusal(*desk.say.refusal(claim.refusal), error=False)
    if not beside:
        desk.out.line(desk.say("cli.rule.check.alone"), style="dim")
    if proof.holds:
        desk.out.line(desk.say("cli.rule.check.holds"), style="green bold")
    else:
        count = len(proof.refusals)
        desk.out.line(desk.say("cli.rule.check.fails", count=count), style="red bold")


def proof_as_json(desk: Desk, proof: Proof) -> dict[str, Any]:
    """Give the proof as JSON-ready data."""
    return {
        "rule": proof.rule.text,
        "segments": proof.rule.structure(),
        "holds": proof.holds,
        "claims": [_claim(desk, claim) for claim in proof.claims],
    }


def _claim(desk: Desk, claim: Claim) -> dict[str, Any]:
    told = {"claim": claim.slug, "holds": claim.refusal is None, "facts": dict(claim.facts)}
    if claim.refusal is not None:
        sentence, way_out = desk.say.refusal(claim.refusal)
        told["refusal"] = {
            "slug": claim.refusal.slug, "facts": claim.refusal.facts(),
            "message": sentence, "way_out": way_out,
        }  # fmt: skip
    return told


def _said(desk: Desk, claim: Claim) -> str:
    facts = {name: _plain(fact) for name, fact in claim.facts.items()}
    if claim.slug == "capacity" and not facts["expected"]:
        return desk.say("claim.capacity-alone", capacity=facts["capacity"])
    if claim.slug == "length" and facts["least"] == facts["most"]:
        return desk.say("claim.length-fixed", most=facts["most"])
    return desk.say(f"claim.{claim.slug}", **facts)


def _plain(fact: object) -> object:
    """Write percentages without needless zeros."""
    return "—" if fact is None else f"{fact:g}" if isinstance(fact, float) else fact
