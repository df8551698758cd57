"""Base64url in its one spelling."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from narthex.kit import base64url


@given(st.binary(max_size=64))
def test_what_was_encoded_is_decoded(data: bytes) -> None:
    text = base64url.encode_text(data)
    assert re.fullmatch(r"[A-Za-z0-9_-]*", text)
    assert base64url.encode(data) == text.encode()
    assert base64url.decode(text) == data


def test_the_alphabet_is_the_url_safe_one() -> None:
    assert base64url.encode(b"\xfb\xff") == b"-_8"


@pytest.mark.parametrize("text", ["A", "AA=", "AB", "A A", "+_8", "-/8", "ä", "AA\n", "AA\0", "="])
def test_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  whatever it says
        base64url.decode(text)
