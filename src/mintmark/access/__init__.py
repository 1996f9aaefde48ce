"""Who may see what. For now: masks, so that facts about people do not lie open on a screen.

>>> mask("phone", "+8613875014587"), mask("id_number", "110101199003070011")
('+86138****4587', '1101**********0011')
>>> mask("email", "zhangwei@example.com"), mask("name", "张伟")
('z***@example.com', '张伟')
>>> mask("contact", "李雷"), mask("date", "1990-03-07")
('李***', '1990-**-**')
"""

from collections.abc import Callable

from mintmark.customer import FACTS, Customer, Fields

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


def _phone(value: str) -> str:
    number, semicolon, extension = value.partition(";")
    shown = number[: -2 * _TAIL] + "*" * _TAIL + number[-_TAIL:]
    return shown + semicolon + extension


def _begun(value: str) -> str:
    return f"{value[:1]}***"


_MASKS: dict[str, Callable[[str], str]] = {
    "phone": _phone,
    "id_number": lambda value: value[:_TAIL] + "*" * (len(value) - 2 * _TAIL) + value[-_TAIL:],
    "email": lambda value: f"{value[0]}***@{value.partition('@')[2]}",
    "address": lambda value: value[:3] + "***" if len(value) > _TAIL else "***",
    "date": lambda value: f"{value[:_TAIL]}-**-**",
    **dict.fromkeys(("former_name", "contact", "text", "number"), _begun),
}
