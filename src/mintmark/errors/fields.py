"""What can be wrong with a field of one's own."""

from dataclasses import dataclass

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class WrongFieldName(Refusal, ValueError):
    """A field's name is one word of letters, digits and underscores and begins with no digit."""

    slug = "wrong-field-name"
    field: str
    limit: int


@dataclass(eq=False, kw_only=True)
class UnknownFieldKind(Refusal, ValueError):
    """A field cannot be of this kind."""

    slug = "unknown-field-kind"
    kind: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class FieldIsFact(Refusal, ValueError):
    """The name is that of a usual fact, or a word that rules and verbs need."""

    slug = "field-is-fact"
    field: str


@dataclass(eq=False, kw_only=True)
class FieldIsAttribute(Refusal, ValueError):
    """One name for a declared field and for an attribute of a rule."""

    slug = "field-is-attribute"
    field: str
    rule: str


@dataclass(eq=False, kw_only=True)
class FieldsAlike(Refusal, ValueError):
    """Another field is called so already, by name or label."""

    slug = "fields-alike"
    field: str
    other: str
    called: str


@dataclass(eq=False, kw_only=True)
class FieldInUse(Refusal, ValueError):
    """A field of which customers have values keeps its kind and its sensitivity, and stays."""

    slug = "field-in-use"
    field: str
    customers: int


@dataclass(eq=False, kw_only=True)
class UnknownField(Refusal, LookupError):
    """No field of that name is declared."""

    slug = "unknown-field"
    field: str
    known: tuple[str, ...]
