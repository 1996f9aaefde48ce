"""The command line: decode, call the verb, encode; no business, no SQL.

`commands` has the verbs; `output` prints for people or as JSON; `exits` says how a run ended;
`spoken` gives every command and option its help from the catalogue.
"""

import logging
import os
import sys

import click

from mintmark.cli import exits
from mintmark.cli.commands import mintmark
from mintmark.cli.output import Output, as_text
from mintmark.cli.spoken import speak
from mintmark.errors import Refusal
from mintmark.wording import Wording, language, speak_everywhere


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process."""
    given = sys.argv[1:] if arguments is None else arguments
    logging.getLogger().addHandler(logging.NullHandler())  # what libraries log is not for people
    say = Wording(language(_wanted(given), os.environ))
    speak_everywhere(say)
    speak(mintmark, say)
    sys.exit(_run(given, say))


def _run(arguments: list[str], say: Wording) -> int:
    out = Output(say)
    try:
        result = mintmark.main(arguments, "mintmark", standalone_mode=False, obj=say)
    except Refusal as refusal:
        return _refuse(refusal, say, out, as_json="--json" in arguments)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        out.error(say("cli.stopped"))
        return exits.STOPPED
    except BrokenPipeError:  # somebody read the first lines and left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.OK
    return result if isinstance(result, int) else exits.OK


def _refuse(refusal: Refusal, say: Wording, out: Output, *, as_json: bool) -> int:
    sentence, way_out = say.refusal(refusal)
    if as_json:
        told = {"slug": refusal.slug, "facts": refusal.facts()}
        told |= {"message": sentence, "way_out": way_out}
        click.echo(as_text({"error": told}), err=True)
    else:
        out.refusal(sentence, way_out)
    return exits.code(refusal)


def _wanted(arguments: list[str]) -> str | None:
    """Find --lang before anything else is read: the help is in that language, too."""
    for place, argument in enumerate(arguments):
        if argument == "--lang" and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return None
