"""Laws of canonical spelling."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from mintmark.text import canonical, clean, fold, narrow

CODES = st.from_regex(r"[A-Z]{1,2}-[A-Z]{2}-[0-9]{8}-[0-9]{5}", fullmatch=True)
WIDE = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
SEPARATORS = st.sampled_from(
    ["", "-", " ", "－", "—", "–", "/", ".", "_", "·", "\u3000", "\u200b", "ー"]
)


@given(CODES, SEPARATORS, st.booleans(), st.booleans())
def test_a_code_is_the_same_however_it_is_typed(
    code: str, separator: str, lower: bool, wide: bool
) -> None:
    typed = code.replace("-", separator)
    typed = typed.lower() if lower else typed
    typed = typed.translate(WIDE) if wide else typed
    assert canonical(typed) == canonical(code) == code.replace("-", "")


@given(CODES, CODES)
def test_different_codes_stay_different(one: str, other: str) -> None:
    assert (canonical(one) == canonical(other)) == (one == other)


@given(st.text())
def test_canonical_forms_are_fixed_points(text: str) -> None:
    for form in (canonical, clean, narrow):
        assert form(form(text)) == form(text)


@given(st.text())
def test_a_canonical_code_has_letters_digits_and_asterisks_only(text: str) -> None:
    assert all(character.isalnum() or character == "*" for character in canonical(text))


@given(st.text())
def test_a_clean_text_has_nothing_that_the_database_refuses(text: str) -> None:
    assert "\x00" not in clean(text)
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in clean(text))


@given(st.text(alphabet="王小明张伟欧阳 　·ABCdef１２", min_size=1))
def test_spaces_and_width_do_not_make_another_name(name: str) -> None:
    assert fold(name) == fold(" ".join(name)) == fold(unicodedata.normalize("NFKC", name))
