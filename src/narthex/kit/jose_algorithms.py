"""The signature algorithms of our own tokens (RFC 7518, 8037), each as the functions that signer and verifier need."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from narthex.kit.base64url import decode, encode_text

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey

ES256 = "ES256"


class Algorithm(msgspec.Struct, frozen=True):
    """One JWS algorithm. The functions raise ValueError for a key of another kind."""

    name: str
    generate: Callable[[], PrivateKey]
    signing: Callable[[PrivateKey], Callable[[bytes], bytes]]
    verify: Callable[[Any, bytes, bytes], None]
    members: Callable[[PublicKey], dict[str, str]]
    load: Callable[[Mapping[str, str]], PublicKey]


def _number(text: str) -> int:
    return int.from_bytes(decode(text))


def _from_number(number: int, size: int | None = None) -> str:
    return encode_text(number.to_bytes(size or (number.bit_length() + 7) // 8))


# --- ECDSA -------------------------------------------------------------------------------------------------------


def ecdsa_from_der(der: bytes, size: int) -> bytes:
    """The fixed-width r || s of RFC 7518 3.4 out of the DER that OpenSSL makes; cutting is faster than parsing."""
    start = 5 if der[1] & 0x80 else 4
    end = start + der[start - 1]
    return der[start:end][-size:].rjust(size, b"\0") + der[end + 2 :][-size:].rjust(size, b"\0")


def _ecdsa(name: str, curve: ec.EllipticCurve, crv: str, digest: hashes.HashAlgorithm) -> Algorithm:
    size = (curve.key_size + 7) // 8
    scheme = ec.ECDSA(digest)

    def signing(key: PrivateKey) -> Callable[[bytes], bytes]:
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != curve.name:
            raise ValueError(f"{name} needs a key on {crv}.")
        sign = key.sign
        return lambda data: ecdsa_from_der(sign(data, scheme), size)

    def verify(key: ec.EllipticCurvePublicKey, signature: bytes, data: bytes) -> None:
        if len(signature) != 2 * size:
            raise InvalidSignature
        r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
        # Zero signs everything in a careless library (CVE-2022-21449); never leave that to the library.
        if not r or not s:
            raise InvalidSignature
        key.verify(encode_dss_signature(r, s), data, scheme)

    def members(key: PublicKey) -> dict[str, str]:
        if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != curve.name:
            raise ValueError(f"{name} needs a key on {crv}.")
        point = key.public_numbers()
        return {"kty": "EC", "crv": crv, "x": _from_number(point.x, size), "y": _from_number(point.y, size)}

    def load(jwk: Mapping[str, str]) -> PublicKey:
        if jwk["kty"] != "EC" or jwk["crv"] != crv:
            raise ValueError(f"{name} needs a key on {crv}.")
        return ec.EllipticCurvePublicNumbers(_number(jwk["x"]), _number(jwk["y"]), curve).public_key()

    return Algorithm(name, lambda: ec.generate_private_key(curve), signing, verify, members, load)


# --- RSA ---------------------------------------------------------------------------------------------------------


def _rsa(name: str, scheme: padding.AsymmetricPadding, digest: hashes.HashAlgorithm) -> Algorithm:
    def signing(key: PrivateKey) -> Callable[[bytes], bytes]:
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError(f"{name} needs an RSA key.")
        sign = key.sign
        return lambda data: sign(data, scheme, digest)

    def verify(key: rsa.RSAPublicKey, signature: bytes, data: bytes) -> None:
        key.verify(signature, data, scheme, digest)

    def members(key: PublicKey) -> dict[str, str]:
        if not isinstance(key, rsa.RSAPublicKey):
            raise ValueError(f"{name} needs an RSA key.")
        numbers = key.public_numbers()
        return {"kty": "RSA", "e": _from_number(numbers.e), "n": _from_number(numbers.n)}

    def load(jwk: Mapping[str, str]) -> PublicKey:
        if jwk["kty"] != "RSA":
            raise ValueError(f"{name} needs an RSA key.")
        return rsa.RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"])).public_key()

    return Algorithm(name, lambda: rsa.generate_private_key(65_537, 2_048), signing, verify, members, load)


# --- EdDSA -------------------------------------------------------------------------------------------------------


def _eddsa_signing(key: PrivateKey) -> Callable[[bytes], bytes]:
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise ValueError("EdDSA needs an Ed25519 key.")
    return key.sign


def _eddsa_verify(key: ed25519.Ed25519PublicKey, signature: bytes, data: bytes) -> None:
    key.verify(signature, data)


def _eddsa_members(key: PublicKey) -> dict[str, str]:
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise ValueError("EdDSA needs an Ed25519 key.")
    return {"kty": "OKP", "crv": "Ed25519", "x": encode_text(key.public_bytes(Encoding.Raw, PublicFormat.Raw))}


def _eddsa_load(jwk: Mapping[str, str]) -> PublicKey:
    if jwk["kty"] != "OKP" or jwk["crv"] != "Ed25519":
        raise ValueError("EdDSA needs an Ed25519 key.")
    return ed25519.Ed25519PublicKey.from_public_bytes(decode(jwk["x"]))


ALGORITHMS: Mapping[str, Algorithm] = {
    algorithm.name: algorithm
    for algorithm in (
        _ecdsa(ES256, ec.SECP256R1(), "P-256", hashes.SHA256()),
        _ecdsa("ES384", ec.SECP384R1(), "P-384", hashes.SHA384()),
        _ecdsa("ES512", ec.SECP521R1(), "P-521", hashes.SHA512()),
        _rsa("RS256", padding.PKCS1v15(), hashes.SHA256()),
        _rsa("PS256", padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH), hashes.SHA256()),
        Algorithm(
            "EdDSA",
            ed25519.Ed25519PrivateKey.generate,
            _eddsa_signing,
            _eddsa_verify,
            _eddsa_members,
            _eddsa_load,
        ),
    )
}
