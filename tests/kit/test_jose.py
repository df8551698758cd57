"""Our signer and verifier, with joserfc as the oracle in both directions."""

from typing import Any

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc import jwt
from joserfc.jwk import JWKRegistry, KeySet

from narthex.kit import base64url
from narthex.kit.jose import (
    InvalidToken,
    Signer,
    Verifier,
    generate_private_key,
    load_private_key,
    private_key_pem,
    public_jwk,
)
from narthex.kit.jose_algorithms import ALGORITHMS, PrivateKey, ecdsa_from_der

CLAIMS: dict[str, object] = {
    "iss": "https://id.example/oidc",
    "sub": "lig3nkabrubq",
    "aud": "https://api.example",
    "iat": 1_795_534_336,
    "name": "Löwe 獅子 🦁",
    "roles": [],
    "nested": {"a": [1, 2.5, None, True]},
}
KEYS: dict[str, PrivateKey] = {algorithm: generate_private_key(algorithm) for algorithm in ALGORITHMS}
# The oracle prefers the newer name Ed25519 (RFC 9864), which few clients know yet.
pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
every_algorithm = pytest.mark.parametrize("algorithm", ALGORITHMS)


def oracle_key(algorithm: str) -> Any:
    """The private key as joserfc reads it, with our kid."""
    pem = private_key_pem(KEYS[algorithm])
    jwk = public_jwk(KEYS[algorithm], algorithm)
    return JWKRegistry.import_key(pem, jwk["kty"], {"kid": jwk["kid"], "alg": algorithm})


@every_algorithm
def test_what_we_sign_the_oracle_verifies(algorithm: str) -> None:
    jwk = public_jwk(KEYS[algorithm], algorithm)
    token = Signer(KEYS[algorithm], algorithm, jwk["kid"]).sign(CLAIMS, "at+jwt")
    jwks: Any = {"keys": [jwk]}
    decoded = jwt.decode(token, KeySet.import_key_set(jwks), algorithms=[algorithm])
    assert decoded.claims == CLAIMS
    assert decoded.header == {"alg": algorithm, "kid": jwk["kid"], "typ": "at+jwt"}


@every_algorithm
def test_what_the_oracle_signs_we_verify(algorithm: str) -> None:
    key = oracle_key(algorithm)
    header = {"alg": algorithm, "kid": key.kid, "typ": "at+jwt"}
    token = jwt.encode(header, CLAIMS, key, algorithms=[algorithm])
    verifier = Verifier([public_jwk(KEYS[algorithm], algorithm)])
    # Twice: the second time the header is a known one.
    assert verifier.verify(token, typ="at+jwt") == verifier.verify(token, typ="at+jwt") == CLAIMS


@every_algorithm
def test_a_jwk_is_all_strings_and_its_kid_is_the_thumbprint(algorithm: str) -> None:
    jwk = public_jwk(KEYS[algorithm], algorithm)
    assert all(isinstance(value, str) for value in jwk.values())
    assert (jwk["use"], jwk["alg"]) == ("sig", algorithm)
    assert jwk["kid"] == oracle_key(algorithm).thumbprint()
    assert not jwk.keys() & {"d", "p", "q", "dp", "dq", "qi"}


@every_algorithm
def test_a_key_survives_its_pem(algorithm: str) -> None:
    again = load_private_key(private_key_pem(KEYS[algorithm]))
    assert public_jwk(again, algorithm) == public_jwk(KEYS[algorithm], algorithm)


@every_algorithm
def test_a_changed_token_is_refused(algorithm: str) -> None:
    jwk = public_jwk(KEYS[algorithm], algorithm)
    token = Signer(KEYS[algorithm], algorithm, jwk["kid"]).sign(CLAIMS)
    verifier = Verifier([jwk])
    verifier.verify(token)
    places = [0, len(token) // 2, len(token) - 10, len(token) - 1]
    for place in places:
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(InvalidToken):
            verifier.verify(changed)


def test_the_header_without_a_type_is_the_one_of_id_tokens() -> None:
    token = Signer(KEYS["ES256"], "ES256", "k").sign({})
    assert base64url.decode(token.split(".")[0]) == b'{"alg":"ES256","kid":"k"}'


def test_the_right_key_is_found_among_several() -> None:
    jwks = [public_jwk(key, algorithm) for algorithm, key in KEYS.items()]
    verifier = Verifier(jwks)
    for jwk in jwks:
        token = Signer(KEYS[jwk["alg"]], jwk["alg"], jwk["kid"]).sign({"alg": jwk["alg"]})
        assert verifier.verify(token) == {"alg": jwk["alg"]}


@pytest.mark.parametrize("bits", [256, 384, 521])
def test_cutting_der_gives_what_parsing_gives(bits: int) -> None:
    size = (bits + 7) // 8
    numbers = [
        1,
        127,
        128,
        255,
        256,
        2 ** (bits - 9),
        2 ** (bits - 8),
        2 ** (bits - 1) - 1,
        2 ** (bits - 1),
        2**bits - 1,
    ]
    for r in numbers:
        for s in numbers:
            assert ecdsa_from_der(encode_dss_signature(r, s), size) == r.to_bytes(size) + s.to_bytes(size)


def test_many_signatures_verify() -> None:
    # Short r and s come up once in a few hundred signatures.
    jwk = public_jwk(KEYS["ES256"], "ES256")
    signer, verifier = Signer(KEYS["ES256"], "ES256", jwk["kid"]), Verifier([jwk])
    for number in range(1_500):
        assert verifier.verify(signer.sign({"n": number})) == {"n": number}


def test_a_key_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="ES384 needs a key on P-384"):
        Signer(KEYS["ES256"], "ES384", "k")
    with pytest.raises(ValueError, match="RS256 needs an RSA key"):
        Signer(KEYS["ES256"], "RS256", "k")
    with pytest.raises(ValueError, match="EdDSA needs an Ed25519 key"):
        public_jwk(KEYS["ES256"], "EdDSA")
    with pytest.raises(ValueError, match="PS256 needs an RSA key"):
        public_jwk(KEYS["EdDSA"], "PS256")
    with pytest.raises(ValueError, match="'HS256' is not one of ES256"):
        generate_private_key("HS256")


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65_537, 1_024),
        dsa.generate_private_key(1_024),
    ],
    ids=["short RSA", "DSA"],
)
def test_a_weak_or_strange_private_key_is_not_loaded(key: rsa.RSAPrivateKey | dsa.DSAPrivateKey) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with pytest.raises((ValueError, UnsupportedAlgorithm)):
        load_private_key(pem)


def test_a_point_off_the_curve_is_no_key() -> None:
    jwk = public_jwk(KEYS["ES256"], "ES256") | {"y": base64url.encode_text(bytes(31) + b"\x01")}
    with pytest.raises(ValueError, match=r".+"):
        Verifier([jwk])


def test_a_curve_must_be_the_algorithms() -> None:
    other = public_jwk(ec.generate_private_key(ec.SECP384R1()), "ES384")
    with pytest.raises(ValueError, match="P-256"):
        Verifier([other | {"alg": "ES256"}])
    for algorithm in ("RS256", "EdDSA"):
        with pytest.raises(ValueError, match="needs an"):
            Verifier([other | {"alg": algorithm}])
