"""What all refusals have in common."""

from dataclasses import dataclass, fields
from typing import ClassVar


@dataclass(eq=False, kw_only=True)
class Refusal(Exception):
    """Something Mintmark will not do; never raised itself."""

    slug: ClassVar[str] = "refusal"

    def facts(self) -> dict[str, object]:
        """Give what the sentence needs, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.facts().items())
        return f"{self.slug} ({said})" if said else self.slug
