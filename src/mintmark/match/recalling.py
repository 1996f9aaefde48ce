"""Who of those found is meant: points, a grade and the evidence for each.

>>> from mintmark.customer import Customer
>>> asked = Asked.of(Remembered(name="张伟", phone="13875014578"))
>>> score(asked, Customer(name="张伟", phone="+8613875014587")).evidence
('same-name', 'two-digits-swapped')
>>> score(asked, Customer(name="张伟", phone="+8613875014578")).grade
'certain'
>>> score(asked, Customer(name="李雷", phone="+8613875014578")).grade
'possible'
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import partial_ratio

from mintmark.customer import Customer
from mintmark.match.remembered import Dialled, Remembered, dialled
from mintmark.match.resemblance import Resemblance, Spoken, resemblance
from mintmark.text import narrow

Grade = Literal["certain", "probable", "possible"]

# How far each fact, if it is the same, speaks for the customer, of 1.
_NAME, _CONTACT, _ID_NUMBER, _ADDRESS, _ATTRIBUTE = 0.62, 0.62, 0.93, 0.25, 0.08
# What is left of the points where a fact speaks against the customer.
_OTHER_NAME, _OTHER_CONTACT, _OTHER_ID = 0.75, 0.93, 0.6
_LIKE, _UNLIKE = 0.6, 0.4  # from here on a resemblance counts, and below here it speaks against
_NEAR = 75  # of 100: from here on an address is the same in part
_SAME, _SLIP = 0.8, 0.75  # from here on a name is the same or sounds so; a contact has one slip
_NAMESAKE = 0.95
_PART = 3  # digits that are evidence
_NOTHING: Resemblance = (0.0, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """How well a customer fits what is remembered: points (0 to 100), grade, evidence as slugs.

    Certain: the same ID number, or the same name (folded) with the same phone or e-mail. Probable:
    several facts that fit, or a whole contact or an organisation's name without anything against
    it. Possible: all others. `suffices`: that fits too well to be chance; slips of what was said
    need not be thought of.
    """

    points: float
    grade: Grade
    evidence: tuple[str, ...]
    suffices: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is remembered, made ready to be compared with hundreds of customers."""

    name: Spoken | None
    phone: Dialled | None
    pattern: re.Pattern[str] | None  # of a fragment of a phone
    email: str
    id_number: str
    address: str
    attributes: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, remembered: Remembered) -> "Asked":
        """Make ready what is remembered."""
        phone = dialled(remembered.phone, remembered.country) if remembered.phone else None
        return cls(
            name=Spoken.of(remembered.name) if remembered.name else None,
            phone=phone,
            pattern=_pattern(phone) if phone and not phone.whole else None,
            email=narrow(remembered.email or "").replace(" ", "").lower(),
            id_number=narrow(remembered.id_number or "").replace(" ", "").upper(),
            address=narrow(remembered.address or ""),
            attributes=remembered.attributes,
        )


def score(asked: Asked, customer: Customer) -> Recalled:
    """Tell how well the customer fits."""
    name, former = _name(asked, customer)
    phone, email = _phone(asked, customer.phone), _email(asked, customer.email)
    number, place = _id_number(asked, customer.id_number), _address(asked, customer.address)
    doubt = 1 - _NAME * name[0]
    doubt *= (1 - _CONTACT * phone[0]) * (1 - _CONTACT * email[0])
    doubt *= (1 - _ID_NUMBER * number[0]) * (1 - _ADDRESS * place[0])
    open_evidence: tuple[str, ...] = ()
    if asked.attributes:
        doubt, open_evidence = _open(asked, customer, doubt)
    against = _against(asked, customer, (name, phone, email, number))
    heard = (name[1], "former-name") if former else (name[1],)
    evidence = (*heard, phone[1], email[1], number[1], place[1], *open_evidence)
    grade = _grade(asked, name, (phone, email, number), against)
    return Recalled(
        points=round(100 * (1 - doubt) * against, 2),
        grade=grade,
        evidence=tuple(filter(None, evidence)),
        suffices=grade != "possible" and _suffices(asked, name, (phone, email, number)),
    )


def rank(asked: Asked, customers: Sequence[Customer]) -> list[tuple[int, Recalled]]:
    """Score the customers; give place and score of each, the best first."""
    return in_order((customer, score(asked, customer)) for customer in customers)


def in_order(scored: Iterable[tuple[Customer, Recalled]]) -> list[tuple[int, Recalled]]:
    """Give place and score of each customer, the best first.

    Each further customer of one name and as many points stands back a little: a few namesakes and
    then those whose name was meant tell more than one name ten times.
    """
    seen: Counter[tuple[str, float]] = Counter()
    ordered: list[tuple[float, int, Recalled]] = []
    for place, (customer, found) in enumerate(scored):
        namesakes = customer.name, found.points
        ordered.append((-found.points * _NAMESAKE ** seen[namesakes], place, found))
        seen[namesakes] += 1
    ordered.sort(key=lambda one: one[:2])
    return [(place, found) for _, place, found in ordered]


# ---------------------------------------------------------------- fact by fact


def _name(asked: Asked, customer: Customer) -> tuple[Resemblance, bool]:
    """Give the resemblance of the name or of the former one, whichever is closer, and which."""
    if asked.name is None:
        return _NOTHING, False
    now = resemblance(asked.name, customer.name)
    former = customer.former_name
    if former and (then := resemblance(asked.name, former)) > now:
        return (0.95 * then[0], then[1]), True
    return now, False


def _pattern(phone: Dialled) -> re.Pattern[str] | None:
    """Give what a fragment means: its end is the number's end unless a star stands there."""
    if sum(map(str.isdigit, phone.digits)) < _PART:
        return None
    return re.compile(phone.digits.replace("?", r"\d").replace("*", r"\d*") + "$")


def _phone(asked: Asked, phone: str | None) -> Resemblance:
    if phone is None or asked.phone is None:
        return _NOTHING
    number = phone.partition(";")[0]
    if asked.pattern:
        return _fragment(asked.pattern, asked.phone.digits, number)
    return _number(asked.phone, number) if asked.phone.whole else _NOTHING


def _number(said: Dialled, number: str) -> Resemblance:
    """Compare whole phone numbers."""
    slips = OSA.distance(said.whole, number, score_cutoff=2)
    if slips == 0:
        return 1.0, "same-phone"
    if slips == 1:
        swapped = len(number) == len(said.whole) and sorted(number) == sorted(said.whole)
        return (0.86, "two-digits-swapped") if swapped else (0.82, "one-digit-off")
    if said.tail and number.endswith(said.tail):
        return 0.5, "same-phone-tail"
    return (0.4, "") if slips == 2 else _NOTHING  # noqa: PLR2004 - two digits off


def _fragment(pattern: re.Pattern[str], digits: str, number: str) -> Resemblance:
    known = sum(map(str.isdigit, digits))
    if pattern.search(number):
        tail = digits.isdigit()
        return min(0.95, 0.25 + 0.075 * known), "same-phone-tail" if tail else "part-of-phone"
    return (0.05 * known, "part-of-phone") if digits in number else _NOTHING


def _email(asked: Asked, email: str | None) -> Resemblance:
    if not asked.email or email is None:
        return _NOTHING
    if asked.email == email:
        return 1.0, "same-email"
    if asked.email.partition("@")[0] == email.partition("@")[0]:
        return 0.75, "same-mailbox"
    slips = OSA.distance(asked.email, email, score_cutoff=1)
    return (0.8, "one-letter-of-email-off") if slips == 1 else _NOTHING


def _id_number(asked: Asked, number: str | None) -> Resemblance:
    if not asked.id_number or number is None:
        return _NOTHING
    if asked.id_number == number:
        return 1.0, "same-id-number"
    if len(asked.id_number) > _PART and number.endswith(asked.id_number):
        return min(0.8, 0.1 * len(asked.id_number)), "part-of-id-number"
    slips = OSA.distance(asked.id_number, number, score_cutoff=1)
    return (0.9, "one-digit-of-id-number-off") if slips == 1 else _NOTHING


def _address(asked: Asked, address: str | None) -> Resemblance:
    if not asked.address or address is None:
        return _NOTHING
    alike = partial_ratio(asked.address, address)
    return alike / 100, "similar-address" if alike >= _NEAR else ""


def _open(asked: Asked, customer: Customer, doubt: float) -> tuple[float, tuple[str, ...]]:
    """Weigh the open attributes: the same ones speak a little for the customer."""
    facts = customer.facts()
    same = sum(str(facts.get(fact)) == value for fact, value in asked.attributes)
    return doubt * (1 - _ATTRIBUTE) ** same, ("same-attributes",) if same else ()


# ---------------------------------------------------------------- the judgement


def _against(asked: Asked, customer: Customer, found: tuple[Resemblance, ...]) -> float:
    """Give what is left of the points for what does not fit."""
    name, phone, email, number = found
    left = 1.0
    if asked.name and name[0] < _UNLIKE:
        left *= _OTHER_NAME
    if asked.phone and customer.phone and not phone[0]:
        left *= _OTHER_CONTACT
    if asked.email and customer.email and not email[0]:
        left *= _OTHER_CONTACT
    if asked.id_number and customer.id_number and not number[0]:
        left *= _OTHER_ID
    return left


def _grade(
    asked: Asked, name: Resemblance, others: tuple[Resemblance, ...], against: float
) -> Grade:
    phone, email, number = others
    whole = "same-phone" in phone or "same-email" in email
    contested = against <= _OTHER_ID
    if number[0] == 1 or (whole and name[1] == "same-name" and not contested):
        return "certain"
    if contested or (asked.name and name[0] < _UNLIKE):
        return "possible"
    others_fit = max(part[0] for part in others)
    if asked.name is None:
        return "probable" if whole or number[0] > _LIKE else "possible"
    organisation = name[1] == "same-name" and bool(asked.name.heard.core)
    return "probable" if organisation or (name[0] > _LIKE and others_fit >= _UNLIKE) else "possible"


def _suffices(asked: Asked, name: Resemblance, others: tuple[Resemblance, ...]) -> bool:
    """Tell whether facts that fit fit too well to be chance.

    A few digits of a phone are many people's: beside them a name has to be as it was said, and more
    than them must not have been said.
    """
    if asked.name is None or max(part[0] for part in others) >= _SLIP:
        return True
    return name[0] >= _SAME and not (asked.phone and asked.phone.whole)
