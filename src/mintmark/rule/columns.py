"""Whole columns at once: a million codes spelt or read, each distinct value looked up once.

>>> from datetime import date
>>> from mintmark.rule import define
>>> rule = define("{type}-{registered:YYMM}-{seq:3}{check:37-36}", tables={"type": {"V": "VIP"}})
>>> customers = pl.DataFrame({"type": ["VIP", "vip"], "registered": [date(2023, 10, 1)] * 2})
>>> codes = spell_column(rule, customers, pl.Series([7, 8]), today=date(2026, 1, 2))
>>> codes.to_list(), scope_keys(rule, customers, today=date(2026, 1, 2)).to_list()
(['V-2310-0076', 'V-2310-0084'], ['V2310###', 'V2310###'])
>>> parse_column(rule, pl.Series(["v 2310 007 6", "V-2310-0078"]))["ok", "number", "part4"].rows()
[(True, 7, '007'), (False, None, None)]
"""

import re
from collections.abc import Callable
from datetime import date
from functools import partial

import polars as pl

from mintmark.checkchar import SYSTEMS
from mintmark.errors import Refusal
from mintmark.rule import dates
from mintmark.rule.definition import Rule
from mintmark.rule.numeral_columns import Piece, grouped, joined, written
from mintmark.rule.numeral_columns import read as numbers_of
from mintmark.rule.numerals import ALPHABETS
from mintmark.rule.parse import Parser, parser_of, pattern_of
from mintmark.rule.segments import (
    Check,
    Coded,
    DateOf,
    Initials,
    Literal,
    Number,
    Random,
    Segment,
)
from mintmark.rule.spell import Attributed, Scope, left_open, scope_of, shown_as
from mintmark.text import canonical

_ROWS = 1 << 18  # columns are put into canonical form in blocks of so many rows
_END = "\n"  # stands between the rows of a block
_UPPER = bytes.maketrans(ALPHABETS["letters"].lower().encode(), ALPHABETS["letters"].encode())
_ASCII = {c: chr(c) for c in range(128) if chr(c) != _END}
_SILENT = bytes(c for c, text in _ASCII.items() if not canonical(text))
_NO_DIGIT = bytes(c for c, text in _ASCII.items() if not text.isdigit())


def spell_column(
    rule: Rule,
    attributes: pl.DataFrame,
    numbers: pl.Series,
    *,
    today: date,
    salts: pl.Series | None = None,
) -> pl.Series:
    """Give the code of each row: its attributes, its number.

    `salts` are the random characters of a rule that has some beside the number. Raises what
    `scope_of` and `Scope.spell` do, for the first row that cannot be spelt.
    """
    pieces = _pieces(rule, attributes, numbers, salts, today)
    spelt = joined(pieces, len(numbers))
    if spelt.null_count():
        row = int(spelt.is_null().arg_max() or 0)
        salt = "" if salts is None else salts[row]
        scope_of(rule, _row(attributes, row), today=today).spell(numbers[row], salt)
    for place, segment in enumerate(rule.segments):
        if isinstance(segment, Check):
            bodies = _counted(segment, canonical_column(spelt))
            checks = pieces[place] = SYSTEMS[segment.system].compute_many(bodies)
            last = place + 1 == len(pieces)
            spelt = spelt + checks if last else joined(pieces, len(numbers))
    return spelt.alias("code")


def spell_in(scope: Scope, numbers: pl.Series, salts: pl.Series | None = None) -> pl.Series:
    """Give the codes of numbers in one scope; `salts` are the random characters beside each.

    >>> from mintmark.rule import define
    >>> scope = scope_of(define("K{seq:3}{check:37-36}"), {}, today=date(2026, 1, 2))
    >>> spell_in(scope, pl.Series([7, 8])).to_list()
    ['K0070', 'K008Y']
    """
    rule, height = scope.rule, len(numbers)
    pieces: list[Piece] = []
    salted = 0
    for piece in scope.pieces:
        if isinstance(piece, str):
            pieces.append(piece)
        elif piece is rule.number:
            pieces.append(grouped(written(rule.number.numerals, numbers), rule.number.group))
        elif isinstance(piece, Random) and salts is not None:
            pieces.append(grouped(salts.str.slice(salted, piece.width), piece.group))
            salted += piece.width
        else:
            pieces.append("")
    for place, piece in enumerate(scope.pieces):
        if isinstance(piece, Check):
            bodies = _counted(piece, canonical_column(joined(pieces, height)))
            pieces[place] = SYSTEMS[piece.system].compute_many(bodies)
    return joined(pieces, height).alias("code")


def scope_keys(rule: Rule, attributes: pl.DataFrame, *, today: date) -> pl.Series:
    """Give the key of each row's scope. Raises what `scope_of` does, for the first row of which."""
    height = attributes.height
    pieces = [
        _known(rule, segment, attributes, height, today)[1]
        if isinstance(segment, Literal | Attributed)
        else left_open(segment)
        for segment in rule.segments
    ]
    keys = joined(pieces, height)
    if keys.null_count():
        scope_of(rule, _row(attributes, int(keys.is_null().arg_max() or 0)), today=today)
    return keys.alias("scope")


def parse_column(rule: Rule, codes: pl.Series) -> pl.DataFrame:
    """Read each code, however it is typed.

    `ok`: the rule can have spelt it; its `number`; its parts, one for each segment (`part0`…). A
    null stays null.
    """
    parser, read = parser_of(rule), canonical_column(codes.cast(pl.String))
    fits, parts = _cut(rule, read)
    number = numbers_of(rule.number.numerals, parts[rule.segments.index(rule.number)])
    ok = fits & _counts(rule.number, number)
    for segment, part in zip(rule.segments, parts, strict=True):
        ok &= _can_be(rule, segment, part, ok)
    ok = _dates_can_be(parser, parts, ok)
    ok = _tables_agree(parser, parts, ok)
    ok = (ok & _verified(rule, read, parts)).fill_null(value=False)
    found = {"number": number, **{f"part{place}": part for place, part in enumerate(parts)}}
    kept = {name: column.set(~ok, None) for name, column in found.items()}
    table = pl.DataFrame({"ok": ok.set(codes.is_null(), None), **kept})
    if parser.is_cut_by_widths:
        return table
    return _cut_otherwise(parser, read, table, (~ok & parts[0].is_not_null()).arg_true())


def _row(attributes: pl.DataFrame, row: int) -> dict[str, str | date | None]:
    return {name: attributes[name][row] for name in attributes.columns}


# ---------------------------------------------------------------- spelling


def _pieces(
    rule: Rule, attributes: pl.DataFrame, numbers: pl.Series, salts: pl.Series | None, today: date
) -> list[Piece]:
    """Give what each segment shows; null where it cannot be spelt, "" for a check."""
    pieces: list[Piece] = []
    salted = 0
    for segment in rule.segments:
        if isinstance(segment, Literal | Attributed):
            pieces.append(_known(rule, segment, attributes, len(numbers), today)[0])
        elif segment is rule.number:
            pieces.append(grouped(written(rule.number.numerals, numbers), rule.number.group))
        elif isinstance(segment, Random) and salts is not None:
            pieces.append(grouped(salts.str.slice(salted, segment.width), segment.group))
            salted += segment.width
        else:
            pieces.append("")
    return pieces


def _known(
    rule: Rule, segment: Literal | Attributed, attributes: pl.DataFrame, height: int, today: date
) -> tuple[Piece, Piece]:
    """Give what a segment shows, and what of it is in the scope's key.

    Null from the first value on that cannot be spelt: of several the first is refused.
    """
    if isinstance(segment, Literal):
        return shown_as(rule, segment, {}, today)
    name = segment.attribute
    column = attributes[name] if name in attributes else pl.repeat(None, height, eager=True)
    if not isinstance(segment, DateOf):
        column = column.cast(pl.String)
    values = column.unique(maintain_order=True)
    made: list[tuple[str, str]] = []
    for value in values:
        try:
            made.append(shown_as(rule, segment, {name: value}, today))
        except (Refusal, ValueError):
            break
    columns = [("shown", pl.String), ("part", pl.String)]
    table = pl.DataFrame(made, columns, orient="row").with_columns(values.head(len(made)).alias(""))
    rows = column.alias("").to_frame()
    found = rows.join(table, on="", how="left", nulls_equal=True, maintain_order="left")
    return found["shown"], found["part"]


# ---------------------------------------------------------------- canonical form


def canonical_column(codes: pl.Series) -> pl.Series:
    """Give each code in its canonical form, as `text.canonical` does."""
    return _without(codes, _SILENT, canonical)


def _counted(check: Check, bodies: pl.Series) -> pl.Series:
    """Give the characters that a check is over, of codes in canonical form."""
    if not check.digits_only:
        return bodies
    return _without(bodies, _NO_DIGIT, lambda body: "".join(filter(str.isdecimal, body)))


def _without(column: pl.Series, silent: bytes, single: Callable[[str], str]) -> pl.Series:
    """Give texts in upper case and without some ASCII characters; `single` does what has others."""
    blocks = range(0, len(column), _ROWS)
    made = [_block(column.slice(begin, _ROWS), silent, single) for begin in blocks]
    return pl.concat(made, rechunk=True) if made else column


def _block(column: pl.Series, silent: bytes, single: Callable[[str], str]) -> pl.Series:
    text = column.fill_null("")
    strange = text.str.len_bytes() != text.str.len_chars()
    strange |= text.str.contains(_END, literal=True)
    rows = strange.arg_true()
    if len(rows):
        text = text.set(strange, "")
    whole = text.str.join(_END).item().encode().translate(_UPPER, silent).decode()
    made = pl.Series(column.name, [whole]).str.split(_END).explode()
    if len(rows):
        others = map(single, column.gather(rows))
        made = made.scatter(rows, pl.Series(others, dtype=pl.String))
    return made.set(column.is_null(), None) if column.null_count() else made


# ---------------------------------------------------------------- reading


def _cut(rule: Rule, codes: pl.Series) -> tuple[pl.Series, list[pl.Series]]:
    """Tell which codes have a possible length, and cut all into the parts of the segments.

    If one segment at most varies in width, it is what those before and behind it leave. Otherwise
    parts are null where the code has not the form.
    """
    widths = [_widths(rule, segment) for segment in rule.segments]
    least, most = (sum(width) for width in zip(*widths, strict=True))
    fits = codes.str.len_chars().is_between(least, most)
    varied = [place for place, (low, high) in enumerate(widths) if low != high]
    if len(varied) > 1:
        pattern = "".join(f"({pattern_of(rule, segment)})" for segment in rule.segments)
        groups = codes.str.extract_groups(f"^{pattern}$").struct.unnest()
        return fits, groups.get_columns()
    parts = []
    at, rest = 0, sum(low for low, _ in widths)
    for low, high in widths:
        rest -= low
        if low != high:
            tail = codes.str.slice(at)
            parts.append(tail.str.head(-rest) if rest else tail)
            at = -rest
        else:
            parts.append(codes.str.slice(at, low))
            at += low
    return fits, parts


def _cut_otherwise(
    parser: Parser, codes: pl.Series, table: pl.DataFrame, rows: pl.Series
) -> pl.DataFrame:
    """Read, one by one, the codes that have the form and may have been cut in the wrong places."""
    tried = ((row, parser.read(codes[row])) for row in rows)
    found = [(row, True, one.number, *one.parts) for row, one in tried if one is not None]
    others = pl.DataFrame(found, {"row": rows.dtype, **table.schema}, orient="row")
    return table.with_row_index("row").update(others, on="row").drop("row")


def _widths(rule: Rule, segment: Segment) -> tuple[int, int]:
    """Give the least and the most characters that a segment has in canonical form."""
    match segment:
        case Literal(text):
            lengths = {len(canonical(text))}
        case Coded():
            lengths = {len(entry.code) for entry in rule.table(segment).entries}
        case DateOf():
            lengths = {len(canonical(segment.spell(dates.EXAMPLE)))}
        case Check(system):
            lengths = {SYSTEMS[system].width}
        case Initials() | Random():
            lengths = {segment.width}
        case _:
            lengths = {segment.numerals.width, segment.widest or segment.numerals.width}
    return min(lengths), max(lengths)


def _counts(number: Number, values: pl.Series) -> pl.Series:
    if isinstance(number, Random):
        return values.is_not_null()
    counted = (values - number.first) % number.step == 0
    return values.is_between(number.first, number.last) & counted


def _can_be(rule: Rule, segment: Segment, parts: pl.Series, ok: pl.Series) -> pl.Series:
    """Tell which parts a segment can have, as far as that part alone tells."""
    match segment:
        case Literal(text):
            return parts == canonical(text)
        case Coded():
            return parts.is_in([entry.code for entry in rule.table(segment).entries])
        case Initials():
            return _tried(parts, ok, re.compile(pattern_of(rule, segment)).fullmatch)
        case Random() if segment is not rule.number:
            return numbers_of(segment.numerals, parts).is_not_null()
        case _:
            return ok


def _tried(texts: pl.Series, ok: pl.Series, holds: Callable[[str], object]) -> pl.Series:
    """Try each distinct text once, of the rows that are in order so far."""
    every = texts.filter(ok).unique().to_list()
    return texts.is_in(
        pl.Series([text for text in every if holds(text)], dtype=pl.String).implode()
    )


def _dates_can_be(parser: Parser, parts: list[pl.Series], ok: pl.Series) -> pl.Series:
    segments = parser.rule.segments
    for places, tokens in parser.dated:
        form = re.compile("".join(pattern_of(parser.rule, segments[place]) for place in places))
        texts = joined([parts[place] for place in places], len(ok))
        ok &= _tried(texts, ok, partial(_is_day, form, tokens))
    return ok


def _is_day(form: re.Pattern[str], tokens: tuple[str, ...], text: str) -> bool:
    return form.fullmatch(text) is not None and dates.possible(tokens, text)


def _tables_agree(parser: Parser, parts: list[pl.Series], ok: pl.Series) -> pl.Series:
    """Tell where the parts that spell one attribute are those of one value."""
    for group in parser.repeated:
        columns = (column for place, _ in group for column in (_END, parts[place]))
        ok &= _tried(joined([*columns], len(ok)), ok, partial(_agree, parser, group, len(parts)))
    return ok


def _agree(parser: Parser, group: list[tuple[int, Coded]], count: int, texts: str) -> bool:
    given = dict(zip((place for place, _ in group), texts[1:].split(_END), strict=True))
    return parser.agree(group, tuple(given.get(place, "") for place in range(count)))


def _verified(rule: Rule, codes: pl.Series, parts: list[pl.Series]) -> pl.Series:
    """Tell which codes have the check characters that belong there."""
    for place, segment in enumerate(rule.segments):
        if isinstance(segment, Check):
            if segment.digits_only or place + 1 < len(parts):
                bodies = joined([*parts[:place], *parts[place + 1 :]], len(codes))
                codes = joined([_counted(segment, bodies), parts[place]], len(codes))
            return SYSTEMS[segment.system].verify_many(codes)
    return codes.is_not_null()
