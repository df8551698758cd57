"""Digests of opaque values."""

import re

from hypothesis import given
from hypothesis import strategies as st

from narthex.kit.digests import digest, same


def test_a_digest_is_sha_256_in_base64url() -> None:
    # RFC 7636 appendix B: the S256 challenge is this very function.
    assert digest("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_every_digest_has_43_characters(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", digest(text))


def test_same_compares_texts_of_any_script() -> None:
    assert same("löwe", "löwe")
    assert not same("löwe", "lowe")
    assert not same("a", "")
    assert same("", "")
