"""Prefixes and patterns: the range of texts that begin with one, and LIKE that tells capitals from small letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from narthex.kit.database.patterns import from_backslash
from narthex.kit.database.prefixes import NOTHING, prefix_parameters, prefix_range

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)


@given(TEXTS.filter(bool), TEXTS)
def test_the_range_of_a_prefix_has_what_begins_with_it_and_nothing_else(prefix: str, text: str) -> None:
    low, high = prefix_range(prefix)
    if prefix.strip("\U0010ffff"):
        for one in (text, prefix + text, prefix[:-1] + text):
            assert (low.encode() <= one.encode() < high.encode()) == one.startswith(prefix)


@pytest.mark.parametrize("nothing", ["", "\0", "a\0", "\ud800", "a\udfff", "\U0010ffff", "\U0010ffff" * 3])
def test_nothing_begins_with_what_no_text_can_begin_with(nothing: str) -> None:
    low, high = prefix_range(nothing)
    assert (low, high) == NOTHING
    assert low > high


def test_a_range_goes_around_what_is_no_character() -> None:
    assert prefix_range("a\ud7ff") == ("a\ud7ff", "a\ue000")
    assert prefix_range("a\U0010ffff") == ("a\U0010ffff", "b")
    assert prefix_parameters("name", "ab") == {"name_low": "ab", "name_high": "ac"}


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [("a%_", "a%_"), ("\\%", "!%"), ("\\_", "!_"), ("\\\\", "\\"), ("\\a", "a"), ("!", "!!"), ("\\!", "!!"), ("", "")],
)
def test_a_pattern_is_escaped_in_another_way(pattern: str, kept: str) -> None:
    assert from_backslash(pattern) == kept


@pytest.mark.parametrize("wrong", ["\\", "a\\", "\\\\\\"])
def test_a_backslash_at_the_end_escapes_nothing(wrong: str) -> None:
    with pytest.raises(ValueError, match="backslash"):
        from_backslash(wrong)
