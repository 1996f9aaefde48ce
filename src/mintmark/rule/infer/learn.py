"""From the parts of one layout to what all codes of a family look like: widths and values.

Other layouts belong to the family where a code is longer (SHA for BJ) or a counter outgrew its
width (10000 after 9999) or was never padded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from mintmark.rule.infer.coded import kept_of
from mintmark.rule.infer.inference import Evidence
from mintmark.rule.infer.parts import Part
from mintmark.text import canonical

_ZEROS = 0.04  # of the numbers of a padded counter begin with 0, at least
_FILLED = 0.85  # of its width: sooner no counter outgrows it
_THIN = 0.3  # of the numbers that a narrower width should have, at least
_LONGEST = 400  # values in one expression; more are looked up
_LETTERS = ("letters", "any")
_DIGITS = {"coded", "date", "seq", "random", "check"}


@dataclass(frozen=True, slots=True)
class Learnt:
    """Parts with their final widths, and the values of the coded ones by place among the parts."""

    parts: tuple[Part, ...]
    values: dict[int, list[str]]

    @property
    def expression(self) -> str:
        """The expression for canonical forms, one group a part that is no literal."""
        return "^" + "".join(map(self._piece, range(len(self.parts)))) + "$"

    def _piece(self, place: int) -> str:
        part = self.parts[place]
        if part.kind == "literal":
            return re.escape(canonical(part.form))
        if part.kind == "coded" and len(self.values[place]) <= _LONGEST:
            ranked = sorted(self.values[place], key=lambda value: (-len(value), value))
            return f"({'|'.join(map(re.escape, ranked))})"
        if part.widest:
            more = f"{{{part.width},{part.widest - 1}}}"
            return f"([0-9]{{{part.width}}}|[1-9][0-9]{more})"
        return part.pattern


def loosened(parts: Sequence[Part]) -> list[Part]:
    """Let the widths of coded parts and of a decimal counter vary, if no two that touch do."""
    kinds = ["", *(part.kind for part in parts), ""]
    return [
        replace(part, loose=True)
        if (part.kind == "coded" and part.place in _LETTERS and "coded" not in around)
        or (part.kind == "coded" and part.place == "digits" and not set(around) & _DIGITS)
        or (part.kind == "seq" and part.alphabet == "decimal" and not part.form)
        else part
        for part, around in zip(parts, zip(kinds, kinds[2:], strict=False), strict=True)
    ]


def shape_of(parts: Sequence[Part]) -> str:
    """Give the expression for the shapes that the parts allow.

    >>> shape_of([Part("literal", 0, 2, form="KH"), Part("seq", 2, 6, loose=True)])
    '^AA9{1,18}$'
    """
    return "^" + "".join(part.shape for part in parts) + "$"


def values_of(codes: pl.DataFrame, parts: Sequence[Part], *, loose: bool) -> pl.DataFrame:
    """Give the values of all parts but literals, a column each, by place: p0, p1, ….

    Codes that do not match are left out.
    """
    allowed = loosened(parts) if loose else list(parts)
    return extracted(codes, "text", "^" + "".join(part.typed for part in allowed) + "$", parts)


def extracted(
    codes: pl.DataFrame, column: str, expression: str, parts: Sequence[Part]
) -> pl.DataFrame:
    """Add the groups of an expression as columns p0, p1, …, for the codes that match it."""
    named = [f"p{place}" for place, part in enumerate(parts) if part.kind != "literal"]
    if not named:
        return codes.filter(pl.col(column).str.contains(expression))
    groups = pl.col(column).str.extract_groups(expression).struct.rename_fields(named)
    wide = codes.with_columns(groups.alias("groups")).unnest("groups")
    return wide.filter(pl.col(named[0]).is_not_null())


def learnt(parts: Sequence[Part], found: pl.DataFrame, width: int) -> Learnt | None:
    """Give the family's parts; `found` are the values, `width` is that of the layout's number."""
    found = _of_widths(parts, found, width)
    if found.is_empty():
        return None
    made, values = list[Part](), dict[int, list[str]]()
    for place, part in enumerate(parts):
        if part.kind == "coded":
            counts = _counts(found, f"p{place}")
            values[place] = kept_of(counts)
            said = Evidence("values", (len(values[place]), len(found)))
            sure = min(part.confidence, (1 - len(values[place]) / (len(found) + 1)) ** 2)
            made.append(replace(part, evidence=(*part.evidence, said), confidence=sure))
        else:
            made.append(_wide(part, found, place) if part.kind == "seq" else part)
    return Learnt(tuple(made), values)


def _counts(found: pl.DataFrame, column: str) -> dict[str, int]:
    counted = found.group_by(column).len().sort("len", column, descending=[True, False])
    return dict(counted.iter_rows())


def _number(parts: Sequence[Part]) -> int | None:
    return next(
        (
            place
            for place, part in enumerate(parts)
            if part.kind == "seq" and part.alphabet == "decimal" and not part.form
        ),
        None,
    )


def _of_widths(parts: Sequence[Part], found: pl.DataFrame, width: int) -> pl.DataFrame:
    """Leave out numbers of widths that the counter cannot have."""
    place = _number(parts)
    if place is None:
        return found
    text = pl.col(f"p{place}")
    size, zero = text.str.len_chars(), text.str.starts_with("0") & (text.str.len_chars() > 1)
    table = found.group_by(size.alias("size")).agg(zero.mean().alias("zeros"), n=pl.len())
    zeros = {size: share for size, share, _ in table.iter_rows()}
    often = {size: n for size, _, n in table.iter_rows()}
    padded = max(
        (s for s, share in zeros.items() if share >= _ZEROS), key=often.__getitem__, default=0
    )
    if zeros.get(width, 0) >= _ZEROS:
        padded = width
    if padded not in (0, width) and not _fills(found, text, padded):
        padded = 0
    if padded:
        wider = (size > padded) & ~zero & pl.lit(_fills(found, text, padded))
        return found.filter((size == padded) | wider)
    widths = _unpadded(often, found, text, width)
    return found.filter(size.is_in(widths) & ~zero)


def _unpadded(counts: dict[int, int], found: pl.DataFrame, text: pl.Expr, width: int) -> list[int]:
    """Give the widths of a counter without zeros: each has about the numbers it should have."""
    inside = found.filter(text.str.len_chars() == width).select(text.cast(pl.Int64, strict=False))
    numbers = inside.to_series().sort()
    first = 10 ** (width - 1)
    density = len(numbers) / (int(numbers[-1] or 0) - first + 1)
    widths, size = [width], width - 1
    while size and counts.get(size, 0) >= _THIN * density * 9 * 10 ** (size - 1) - 1:
        widths.append(size)
        size -= 1
    size = width
    while counts.get(size + 1) and _fills(found, text, size):
        size += 1
        widths.append(size)
    return widths


def _fills(found: pl.DataFrame, text: pl.Expr, width: int) -> bool:
    inside = found.filter(text.str.len_chars() == width).select(text.cast(pl.Int64, strict=False))
    highest = inside.to_series().quantile(0.999)
    return highest is not None and highest >= _FILLED * 10**width


def _wide(part: Part, found: pl.DataFrame, place: int) -> Part:
    """Give the counter its width: that of its padded numbers, 1 where none is padded."""
    text = pl.col(f"p{place}")
    sizes = found.select(text.str.len_chars()).to_series().unique().sort().to_list()
    if len(sizes) == 1 or part.alphabet != "decimal" or part.form:
        return part
    narrow = found.filter(text.str.len_chars() == sizes[0]).select(text).to_series()
    padded = len(narrow.filter(narrow.str.starts_with("0"))) >= _ZEROS * len(narrow)
    lowest, low = 10 ** (sizes[0] - 1), narrow.cast(pl.Int64, strict=False).quantile(0.005)
    started = sizes[0] > 1 and low is not None and lowest <= low < 1.1 * lowest
    width = sizes[0] if padded or (started and len(narrow) > 20) else 1  # noqa: PLR2004
    stop = part.start + width
    return replace(part, stop=stop, widest=sizes[-1])
