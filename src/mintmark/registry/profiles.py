"""Profiles (导入配置): how files of one kind are imported, recognised by their headings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mintmark.customer import FACTS
from mintmark.errors import UnknownFact, UnknownProfile, WrongProfileName
from mintmark.registry.fields import FieldBook
from mintmark.store import Profile, SavedProfile
from mintmark.text import clean, fold

_LONGEST = 60
_ALIKE = 0.8  # of all headings of two files: so many are in both, or they are of two kinds
_BESIDE = ("code", "key")  # what a column may have beside facts


@dataclass(frozen=True, slots=True)
class ProfileBook:
    """The verbs on profiles: `Register.profiles`."""

    fields: FieldBook

    def list(self) -> tuple[SavedProfile, ...]:
        """Give the profiles by name."""
        with self.fields.store.transaction() as work:
            return tuple(work.profiles.every())

    def named(self, name: str) -> SavedProfile:
        """Give a profile. Raises UnknownProfile."""
        return _named(name, self.list())

    def save(self, profile: Profile) -> SavedProfile:
        """Keep a profile; one of the same name is replaced.

        Raises WrongProfileName, or UnknownFact for what it maps or fills in.
        """
        name = clean(profile.name)
        if not fold(name) or len(name) > _LONGEST:
            raise WrongProfileName(profile=profile.name, limit=_LONGEST)
        known = (*FACTS, *self.fields.known())
        for fact in (*profile.mapping.values(), *profile.defaults, *profile.values):
            if fact not in known and fact not in _BESIDE:
                raise UnknownFact(fact=fact, known=known)
        kept = replace(profile, name=name)
        saved = SavedProfile(profile=kept, saved_at=self.fields.now(), actor=self.fields.actor)
        with self.fields.store.transaction() as work:
            work.profiles.save(saved)
        return saved

    def remove(self, name: str) -> SavedProfile:
        """Forget a profile, and give what it was. Raises UnknownProfile."""
        with self.fields.store.transaction() as work:
            gone = _named(name, work.profiles.every())
            work.profiles.remove(gone.profile.name)
        return gone

    def recognise(self, headings: Sequence[str]) -> SavedProfile | None:
        """Give the profile that a file with these headings was saved with.

        Headings are compared folded, in any order. A file may have lost or got one in five, but
        none that the profile maps; of several that fit alike, the one saved last is given.
        """
        there = _folded(headings)
        scored = ((_likeness(saved.profile, there), saved) for saved in self.list())
        fitting = [(score, saved.saved_at, saved) for score, saved in scored if score >= _ALIKE]
        return max(fitting, key=lambda one: one[:2])[2] if fitting else None


def _named(name: str, every: Iterable[SavedProfile]) -> SavedProfile:
    found = {fold(saved.profile.name): saved for saved in every}
    if (saved := found.get(fold(name))) is None:
        known = tuple(one.profile.name for one in found.values())
        raise UnknownProfile(profile=name, known=known)
    return saved


def _likeness(profile: Profile, there: frozenset[str]) -> float:
    own = _folded(profile.headings)
    if not own or not (_folded(profile.mapping) & own) <= there:
        return 0
    return len(own & there) / len(own | there)


def _folded(headings: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(None, map(fold, headings)))
