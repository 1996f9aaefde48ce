"""The rule language: one line of text, read into segments and written back.

    rule    = { literal | "{" segment "}" }
    segment = name [ "(" attribute ")" ] [ ":" form ] { "," option [ "=" value ] }

What stands in braces is one of

    {type} {region:2} {region:parent}     a coded attribute, by its code table
    {registered:YYYYMMDD} {contract:FYY,starts=4}                     a date
    {initials(name):2}                    the initials of a name
    {seq:5} {seq:A000} {seq:4,alphabet=base36,start=100,step=10,widen=6}
    {seq:6,start=100000,end=199999} {seq:12,group=4}
    {seq:5,per=type+region,reset=month}   the number, and where it counts
    {random:8} {random:12,group=4}        characters that nobody can guess
    {check:37-36} {check:luhn,of=digits}  check characters

>>> read("{type}-{seq:5}")
(Coded(attribute='type', width=0, level=''), Literal(text='-'), Sequence(width=5, ...))
>>> write(read("{ registered : yyyymm }{seq:4, widen}"))
'{registered:YYYYMM}{seq:4,widen=18}'
>>> read("{type}-{sec:5}")
Traceback (most recent call last):
    ...
mintmark.errors.rules.RuleSyntax: rule-syntax (text='{type}-{sec:5}', column=9, ...)
"""

from mintmark.errors import RuleSyntax, UnknownAttribute
from mintmark.rule.grammar.braces import CODED, DATES, Known, narrow, segments_of
from mintmark.rule.grammar.options import Wrong
from mintmark.rule.grammar.repair import nearest
from mintmark.rule.grammar.writing import write
from mintmark.rule.segments import Segment

__all__ = ["CODED", "DATES", "Known", "read", "write"]


def read(text: str, known: Known | None = None) -> tuple[Segment, ...]:
    """Give the segments of a rule's text.

    Raises RuleSyntax or UnknownAttribute, with the place where reading stopped (characters, counted
    from 1), what could stand there, and the nearest whole rule that can be read.
    """
    known = known or Known()
    text = narrow(text)
    try:
        return segments_of(text, known)
    except Wrong as wrong:
        column, near = wrong.place + 1, nearest(text, known)
        if wrong.attribute:
            raise UnknownAttribute(
                text=text, column=column, attribute=wrong.attribute,
                known=(*known.coded, *known.dates), nearest=near,
            ) from None  # fmt: skip
        raise RuleSyntax(text=text, column=column, expected=wrong.expected, nearest=near) from None
