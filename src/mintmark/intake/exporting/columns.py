"""What the columns of an export are called, and what of their values is shown."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from mintmark.access import hidden
from mintmark.customer import FACTS, Fields
from mintmark.errors import UnknownFact
from mintmark.intake.workbooks import Say
from mintmark.registry import OF_REGISTER, STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: what it holds, of what kind, under which heading; `masked`: how it is hidden.

    `masked` is the kind of fact that `access.hidden` takes, None where values are shown.
    """

    name: str
    kind: str
    heading: str
    masked: str | None = None

    @property
    def key(self) -> str:
        """What programs call it: a masked value is not the fact itself."""
        return f"{self.name}_masked" if self.masked else self.name


def columns_of(
    names: Sequence[str], fields: Fields, say: Say, masked: Collection[str] = ()
) -> tuple[Column, ...]:
    """Give the columns of these names. Raises UnknownFact for what is to be masked and is not."""
    known = (*FACTS, *fields, *OF_REGISTER)
    if strange := sorted(set(masked) - set(known)):
        raise UnknownFact(fact=strange[0], known=known)
    return tuple(_column(name, fields, say, is_masked=name in masked) for name in names)


def _column(name: str, fields: Fields, say: Say, *, is_masked: bool) -> Column:
    field = FACTS.get(name) or fields.get(name)
    kind = field.kind if field else ("time" if name in ("added", "minted_at") else "text")
    heading = heading_of(name, fields, say)
    if not is_masked:
        return Column(name=name, kind=kind, heading=heading)
    # Under the fact's own heading, what is hidden would be imported as if it were the value.
    return Column(
        name=name, kind="text", heading=say("export.masked", heading=heading),
        masked=name if name in FACTS else kind,
    )  # fmt: skip


def heading_of(name: str, fields: Fields, say: Say) -> str:
    """Give what people call a column; a fact under this heading is recognised when it returns."""
    if name == "code":
        return say("workbook.code")
    if name in OF_REGISTER:
        return say(f"register-column.{name}")
    label = fields[name].label(say.language) if name in fields else ""
    return label or (say(f"fact.{name}") if name in FACTS else name)


def shown(frame: pl.DataFrame, columns: Sequence[Column], say: Say | None = None) -> pl.DataFrame:
    """Give a frame as it may be seen, states in words if there are any; columns stay named so."""
    changed = [
        pl.Series(one.name, [_hide(one.masked, value) for value in frame[one.name]], pl.String)
        for one in columns
        if one.masked
    ]
    if say and any(one.name == "state" and not one.masked for one in columns):
        words = {state: say(f"customer-state.{state}") for state in STATES}
        changed.append(frame["state"].replace(words))
    return frame.with_columns(changed)


def _hide(kind: str, value: object) -> str | None:
    return None if value is None else hidden(kind, str(value))
