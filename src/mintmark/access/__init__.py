"""Who may see what. For now: masks, so that facts about people do not lie open on a screen.

>>> mask("phone", "+8613875014587"), mask("id_number", "110101199003070011")
('+86138****4587', '1101**********0011')
>>> mask("email", "zhangwei@example.com"), mask("name", "张伟")
('z***@example.com', '张伟')
>>> mask("contact", "李雷"), mask("date", "1990-03-07")
('李***', '1990-**-**')
>>> hidden("name", "张伟"), hidden("name", "John Smith"), hidden("name", "北京市第六建筑有限公司")
('张*', 'J*** S****', '北京*******公司')
>>> hidden("phone", "+8613875014587"), hidden("region", "北京")
('138****4587', '北***')
"""

import re
from collections.abc import Callable

from mintmark.customer import FACTS, Customer, Fields
from mintmark.text import narrow

_TAIL = 4


def masked(customer: Customer, fields: Fields) -> dict[str, str]:
    """Give what is known of a customer, by name, as whoever has no special right may see it.

    `fields` tell of what kind the sealed ones are; of a field that is none, text.

    >>> masked(Customer(name="张伟", more=(("grade", "G1"),), sealed=(("wechat", "zw88"),)), {})
    {'name': '张伟', 'grade': 'G1', 'wechat': 'z***'}
    """
    kinds = dict.fromkeys(FACTS) | {
        name: fields[name].kind if name in fields else "text" for name, _ in customer.sealed
    }
    return {
        fact: mask(kinds[fact] or fact, str(value)) if fact in kinds else str(value)
        for fact, value in customer.facts().items()
    }


def mask(fact: str, value: str) -> str:
    """Give the value of a fact, or of a kind of sealed fields, with enough to recognise it."""
    hide = _MASKS.get(fact)
    return hide(value) if hide else value


def hidden(kind: str, value: str) -> str:
    """Give a value masked because somebody asks for it: names and open values, too.

    `kind`: the name of a usual fact, or the kind of a field. Of a person's name its beginning is
    left, of an organisation's its beginning and end.
    """
    if kind == "name":
        return _name(value)
    if kind == "phone":  # as people write it; and a + would look like a formula in a text table
        return _phone(value).removeprefix("+86")
    return _MASKS.get(kind, _begun)(value)


def as_written(fact: str | None, value: str, fields: Fields) -> str:
    """Give what somebody wrote for a fact, right or wrong, as whoever has no special right sees it.

    What has not the form of its kind shows no more than its beginning: there may be two phones in
    a cell. So does what is no fact that anybody knows (None).

    >>> as_written("phone", "138 7501 4587", {}), as_written("phone", "13875014587 13875014588", {})
    ('138****4587', '1***')
    >>> as_written("id_number", "11010119900307001", {}), as_written("region", "火星", {})
    ('1101*********7001', '火星')
    >>> as_written("phone", "1.38750145E+10", {})
    '1***E+10'
    """
    field = fields.get(fact or "")
    if not value or (field and not field.personal):
        return value
    kind = field.kind if field else fact
    if kind in _MASKS and (rounded := _ROUNDED.fullmatch(value)):
        return _begun(value) + rounded[1]  # what is wrong with it has to be seen
    if kind is None or (kind in _FORMS and not _FORMS[kind].fullmatch(narrow(value))):
        return _begun(value)
    return mask(kind, _NO_DIGITS.sub("", narrow(value)) if kind == "phone" else value)


_LONGEST_NAME = 4  # Chinese characters of a person's name; an organisation's is longer
_ENDS = 2


def _name(name: str) -> str:
    words = name.split()
    if len(words) > 1:  # John Smith: J*** S****
        return " ".join(word[:1] + "*" * (len(word) - 1) for word in words)
    if len(name) > _LONGEST_NAME and not name.isascii():
        return name[:_ENDS] + "*" * (len(name) - 2 * _ENDS) + name[-_ENDS:]
    return name[:1] + "*" * max(len(name) - 1, 1)


def _phone(value: str) -> str:
    number, semicolon, extension = value.partition(";")
    shown = number[: -2 * _TAIL] + "*" * _TAIL + number[-_TAIL:]
    return shown + semicolon + extension


def _begun(value: str) -> str:
    return f"{value[:1]}***"


# The forms of values of which ends are shown.
_FORMS = {
    "phone": re.compile(r"(?:\D*\d){7,15}\D*"),
    "id_number": re.compile(r"\w{15,18}"),
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
    "date": re.compile(r"\d{4}\D.*"),
}
_ROUNDED = re.compile(r"[\d.]+(E\+\d+)", re.IGNORECASE)
_NO_DIGITS = re.compile(r"[^\d+]")
_MASKS: dict[str, Callable[[str], str]] = {
    "phone": _phone,
    "id_number": lambda value: value[:_TAIL] + "*" * (len(value) - 2 * _TAIL) + value[-_TAIL:],
    "email": lambda value: f"{value[0]}***@{value.partition('@')[2]}",
    "address": lambda value: value[:3] + "***" if len(value) > _TAIL else "***",
    "date": lambda value: f"{value[:_TAIL]}-**-**",
    **dict.fromkeys(("former_name", "contact", "text", "number"), _begun),
}
