"""Who may see what. For now: masks, so that facts about people do not lie open on a screen.

>>> mask("phone", "+8613875014587"), mask("id_number", "110101199003070011")
('+86138****4587', '1101**********0011')
>>> mask("email", "zhangwei@example.com"), mask("name", "张伟")
('z***@example.com', '张伟')
"""

_TAIL = 4


def mask(fact: str, value: str) -> str:
    """Give the value as it may be shown to whoever has no special right: enough to recognise it."""
    match fact:
        case "phone":
            number, _, extension = value.partition(";")
            shown = number[: -2 * _TAIL] + "*" * _TAIL + number[-_TAIL:]
            return f"{shown};{extension}" if extension else shown
        case "id_number":
            return value[:_TAIL] + "*" * (len(value) - 2 * _TAIL) + value[-_TAIL:]
        case "email":
            return f"{value[0]}***@{value.partition('@')[2]}"
        case "address":
            return value[:3] + "***" if len(value) > _TAIL else "***"
        case _:
            return value
