"""Signatures: which key is asked, which algorithms are taken, and that reading needs no key."""

import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, RSAKey

from narthex_client.core.config import ALGORITHMS
from narthex_client.core.jose import KeySet, UnknownKey, read_claims, read_header, verify_signature
from narthex_client.core.messages import HttpResponse
from narthex_client.errors import InvalidToken

EC, EC_384, EC_521 = (ECKey.generate_key(curve) for curve in ("P-256", "P-384", "P-521"))
RSA = RSAKey.generate_key(2048)
CLAIMS: dict[str, Any] = {"sub": "ada"}


def published(key: Key, kid: str | None = None, algorithm: str | None = None) -> dict[str, Any]:
    """A key as a JWKS has it."""
    members = {"kid": kid, "alg": algorithm, "use": "sig"}
    return dict(key.as_dict(private=False)) | {name: value for name, value in members.items() if value}


def signed(key: Key, algorithm: str, **header: Any) -> str:
    """A token."""
    return jwt.encode({"alg": algorithm} | header, CLAIMS, key, algorithms=[algorithm])


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(EC, "ES256"), (EC_384, "ES384"), (EC_521, "ES512"), (RSA, "RS256"), (RSA, "PS256")],
)
def test_each_algorithm_is_verified(key: Key, algorithm: str) -> None:
    token = signed(key, algorithm, kid="k", typ="at+jwt")
    found = verify_signature(token, KeySet.of([published(key, "k", algorithm)]), ALGORITHMS)
    assert (found.claims, found.header["typ"]) == (CLAIMS, "at+jwt")
    assert verify_signature(token, KeySet.of([published(key, "k")]), ALGORITHMS).claims == CLAIMS
    with pytest.raises(InvalidToken, match="not allowed"):
        verify_signature(token, KeySet.of([published(key, "k")]), ["ES256K"])


def test_a_token_without_kid_is_judged_by_the_one_key_that_fits_and_never_by_trial() -> None:
    token = signed(EC, "ES256")
    for others in ([], [published(RSA, "r", "RS256")], [published(EC_384, "e", "ES384")]):
        keys = KeySet.of([*others, published(EC, "k", "ES256")])
        assert verify_signature(token, keys, ALGORITHMS).claims == CLAIMS
    two = [published(EC, "k", "ES256"), published(ECKey.generate_key("P-256"), "l", "ES256")]
    with pytest.raises(InvalidToken, match="one key"):
        verify_signature(token, KeySet.of(two), ALGORITHMS)
    with pytest.raises(UnknownKey):
        verify_signature(token, KeySet.of([]), ALGORITHMS)


def test_the_key_decides_the_algorithm() -> None:
    keys = KeySet.of([published(RSA, "k", "RS256")])
    with pytest.raises(InvalidToken, match="one key"):
        verify_signature(signed(RSA, "PS256", kid="k"), keys, ALGORITHMS)
    with pytest.raises(InvalidToken):
        verify_signature(signed(EC, "ES256", kid="k"), keys, ALGORITHMS)
    with pytest.raises(InvalidToken):
        verify_signature(signed(EC_384, "ES384", kid="k"), KeySet.of([published(EC, "k")]), ALGORITHMS)


def test_a_public_key_is_never_taken_for_a_secret() -> None:
    public = json.dumps(published(RSA, "k")).encode()
    token = signed(OctKey.import_key(public), "HS256", kid="k")
    with pytest.raises(InvalidToken, match="not allowed"):
        verify_signature(token, KeySet.of([published(RSA, "k")]), ALGORITHMS)


def test_a_token_with_an_extension_is_refused_and_other_members_of_its_header_are_not() -> None:
    keys = KeySet.of([published(EC, "k")])
    assert verify_signature(signed(EC, "ES256", kid="k", jku="https://evil.example/"), keys, ALGORITHMS).claims
    header = read_header(signed(EC, "ES256", kid="k"))
    assert header == {"alg": "ES256", "kid": "k", "typ": "JWT"}


def test_claims_can_be_read_without_a_key() -> None:
    assert read_claims(signed(EC, "ES256")) == CLAIMS
    for garbage in ("", "a.b", "opaque", "a.b.c.d", "!.!.!"):
        with pytest.raises(InvalidToken):
            read_claims(garbage)


def test_an_answer_that_is_no_json_object_is_none() -> None:
    assert HttpResponse(200, b"[" * 100_000).json_object() is None
    assert HttpResponse(200, b"\xff").json_object() is None
    assert HttpResponse(200, b'{"a":1}').json_object() == {"a": 1}
