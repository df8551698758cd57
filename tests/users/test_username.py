"""What a username may be, and when two are the same one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from narthex.users.username import LONGEST_USERNAME, UsernameRefused, checked_username, username_key


@pytest.mark.parametrize("typed", ["a", "Ada", "ada_lovelace", "_", "__init__", "a1", "A" * 128, "x" + "9" * 127])
def test_letters_digits_and_underscores_may_be_had(typed: str) -> None:
    assert checked_username(typed) == typed


@pytest.mark.parametrize(
    ("typed", "kept"), [(" Ada ", "Ada"), ("Ａｄａ", "Ada"), ("\u3000ada\u3000", "ada"), ("ﬁ", "fi")]
)
def test_it_is_kept_as_typed_without_space_and_compatibility_forms(typed: str, kept: str) -> None:
    assert checked_username(typed) == kept


REFUSED = [
    ("", "error.required"),
    ("   ", "error.required"),
    ("\u3000", "error.required"),
    ("a" * 129, "error.username_too_long"),
    ("ﷺ" * 10, "error.username_too_long"),
    ("1ada", "error.username_starts_with_digit"),
    ("٣ada", "error.username_starts_with_digit"),
    ("²", "error.username_starts_with_digit"),
    ("a b", "error.username_invalid"),
    ("a.b", "error.username_invalid"),
    ("a-b", "error.username_invalid"),
    ("ada@example.com", "error.username_invalid"),
    ("адa", "error.username_invalid"),
    ("ada\u200b", "error.username_invalid"),
    ("ä", "error.username_invalid"),
    ("a\nb", "error.username_invalid"),
    ("a\x00b", "error.username_invalid"),
    ("<b>", "error.username_invalid"),
]


@pytest.mark.parametrize(("typed", "phrase"), REFUSED)
def test_anything_else_is_refused_with_its_reason(typed: str, phrase: str) -> None:
    with pytest.raises(UsernameRefused) as refused:
        checked_username(typed)
    assert (refused.value.phrase, refused.value.status) == (phrase, 422)
    assert refused.value.code == "user.invalid_username"


@given(st.text())
def test_the_key_of_what_is_kept_is_the_key_of_what_was_typed(typed: str) -> None:
    try:
        kept = checked_username(typed)
    except UsernameRefused:
        return
    assert username_key(kept) == username_key(typed)
    assert checked_username(kept) == kept
    assert username_key(kept) == kept.lower()


@given(st.text())
def test_a_key_is_short_enough_to_look_for(typed: str) -> None:
    assert len(username_key(typed)) <= LONGEST_USERNAME + 1
