"""What all refusals have in common."""

from dataclasses import dataclass, fields
from typing import ClassVar


@dataclass(eq=False, kw_only=True)
class Refusal(Exception):
    """Something Mintmark will not do; never raised itself.

    Faces tell all `facts`, to whoever asked. As text it ends in tracebacks and logs, so what
    somebody gave as a fact about a person is a field with ``repr=False``, and left out there.
    """

    slug: ClassVar[str] = "refusal"

    def facts(self) -> dict[str, object]:
        """Give what the sentence needs, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __str__(self) -> str:
        hidden = {field.name for field in fields(self) if not field.repr}
        said = ", ".join(
            f"{name}=…" if name in hidden else f"{name}={value!r}"
            for name, value in self.facts().items()
        )
        return f"{self.slug} ({said})" if said else self.slug
