"""Give commands and options their help from the catalogue, by their names.

A command ``rule publish`` has ``cli.rule.publish`` (what it does) and may have
``cli.rule.publish.examples``; its option ``--file`` has ``cli.rule.publish.file``, or
``cli.option.file`` where many share it.
"""

import re

import click

from mintmark.wording import Wording

_SENTENCE = re.compile(r"(?<=。)|(?<=\.) ")


def speak(command: click.Command, say: Wording, path: str = "cli") -> None:
    """Fill in the help of a command and all below it. Raises KeyError where a sentence lacks."""
    command.help = say(path)
    command.short_help = _SENTENCE.split(command.help)[0]
    if say.has(f"{path}.examples"):
        command.epilog = f"\b\n{say('cli.label.examples')}\n" + say(f"{path}.examples")
    for option in command.params:
        if isinstance(option, click.Option):
            own = f"{path}.{option.name}"
            option.help = say(own if say.has(own) else f"cli.option.{option.name}")
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            speak(below, say, f"{path}.{name}")
