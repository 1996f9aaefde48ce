"""Laws of the proof that rules have no code in common: no shortcut hides a common code."""

from hypothesis import given
from hypothesis import strategies as st

from mintmark.rule.proof.language import Language
from mintmark.rule.proof.parts import Part

WORDS = st.lists(st.text("AB1", min_size=1, max_size=3), min_size=1, max_size=5, unique=True)
FORMS = st.lists(
    st.lists(st.sampled_from(["A", "B", "AB", "A1", "AB1"]), min_size=1, max_size=3).map(tuple),
    min_size=1,
    max_size=2,
    unique=True,
)
PARTS = st.one_of(
    WORDS.map(lambda words: Part(words=tuple(sorted(words)))),
    FORMS.map(lambda forms: Part(forms=tuple(forms))),
)


@st.composite
def languages(draw: st.DrawFn) -> tuple[Language, Language]:
    """Draw two languages that often begin with the same parts."""
    shared = draw(st.lists(PARTS, max_size=2))
    one, other = (draw(st.lists(PARTS, min_size=1, max_size=3)) for _ in range(2))
    return Language((*shared, *one)), Language((*shared, *other))


def meet(one: Language, other: Language) -> bool:
    return not one.automaton().isdisjoint(other.automaton())


@given(languages())
def test_what_follows_equal_beginnings_decides_whether_codes_are_shared(
    drawn: tuple[Language, Language],
) -> None:
    one, other = drawn
    rests = one.rests(other)
    assert meet(one, other) == (rests is not None and meet(*rests))


@given(languages())
def test_a_look_at_the_edges_never_hides_a_common_code(drawn: tuple[Language, Language]) -> None:
    one, other = drawn
    assert one.may_meet(other) or not meet(one, other)


@given(PARTS, PARTS)
def test_parts_meet_in_a_common_word(one: Part, other: Part) -> None:
    assert one.meets(other) == meet(Language((one,)), Language((other,)))
