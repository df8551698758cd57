"""Tokens that an attacker can make from an honest one and from what the server publishes."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from narthex.kit.jose import Signer, generate_private_key, public_jwk
from narthex.kit.jose_algorithms import ALGORITHMS
from tests.oidc.relying_party import claims_of, header_of


def segment(value: object) -> str:
    """A segment over bytes, or over the JSON of anything else."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(claims: dict[str, Any], alg: object = "none", signature: str = "", **header: object) -> str:
    """A token that nobody signed."""
    return f"{segment({'alg': alg} | header)}.{segment(claims)}.{signature}"


def forged(honest: str, jwks: list[dict[str, str]], **changes: object) -> Iterator[tuple[str, str]]:
    """The forgeries of a token, each with its name; `changes` are the claims that the attacker would like to have."""
    header, claims = header_of(honest), claims_of(honest) | changes
    kept = honest.split(".")
    jwk = next(one for one in jwks if one["kid"] == header["kid"])
    for alg in ("none", "None", "NONE", "nOnE", "", None):
        yield f"alg {alg!r}", unsigned(claims, alg, **{k: v for k, v in header.items() if k != "alg"})
        yield f"alg {alg!r} with the old signature", unsigned(claims, alg, kept[2], kid=header["kid"])
    yield "no signature", f"{kept[0]}.{kept[1]}."
    yield "two segments", f"{kept[0]}.{kept[1]}"
    yield "other claims under the old signature", f"{kept[0]}.{segment(claims | {'x': 1})}.{kept[2]}"
    yield "a signature of zeros", f"{kept[0]}.{kept[1]}.{segment(bytes(64))}"
    yield "a signature cut short", honest[:-4]
    yield from _confused(header, claims, jwk)
    yield from _with_a_key_of_ones_own(header, claims)
    for member in ("jku", "x5u"):
        yield member, f"{segment(header | {member: 'http://169.254.169.254/jwks'})}.{kept[1]}.{kept[2]}"
    yield "crit", f"{segment(header | {'crit': ['exp']})}.{kept[1]}.{kept[2]}"
    yield "b64 false", f"{segment(header | {'b64': False, 'crit': ['b64']})}.{kept[1]}.{kept[2]}"
    yield "kid as a path", f"{segment(header | {'kid': '../../../../dev/null'})}.{kept[1]}.{kept[2]}"
    yield "encrypted", f"{segment({'alg': 'dir', 'enc': 'A256GCM', 'zip': 'DEF'})}..{kept[1]}.{kept[2]}.AA"
    yield "nested", f"{segment(header | {'cty': 'JWT'})}.{segment(honest.encode())}.{kept[2]}"
    yield "a JSON serialisation", json.dumps({"protected": kept[0], "payload": kept[1], "signature": kept[2]})
    yield "duplicate members", f"{segment(_twice(header))}.{kept[1]}.{kept[2]}"
    yield "256 kB header", f"{segment(header | {'x': 'A' * 20_000})}.{kept[1]}.{kept[2]}"


def _confused(header: dict[str, Any], claims: dict[str, Any], jwk: dict[str, str]) -> Iterator[tuple[str, str]]:
    public: Any = ALGORITHMS[jwk["alg"]].load(jwk)
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    keys = {
        "PEM": public.public_bytes(serialization.Encoding.PEM, info),
        "DER": public.public_bytes(serialization.Encoding.DER, info),
        "JWK": json.dumps(jwk).encode(),
        "empty": b"",
    }
    for name, key in keys.items():
        signed = f"{segment(header | {'alg': 'HS256'})}.{segment(claims)}"
        mac = HMAC(key, SHA256())
        mac.update(signed.encode())
        yield f"HMAC with the public key as {name}", f"{signed}.{segment(mac.finalize())}"


def _with_a_key_of_ones_own(header: dict[str, Any], claims: dict[str, Any]) -> Iterator[tuple[str, str]]:
    typ = header.get("typ")
    for algorithm in ("ES256", "RS256", "EdDSA"):
        key = generate_private_key(algorithm)
        jwk = public_jwk(key, algorithm)
        yield f"another {algorithm} key", Signer(key, algorithm, jwk["kid"]).sign(claims, typ)
        yield f"another {algorithm} key under our kid", Signer(key, algorithm, header["kid"]).sign(claims, typ)
        signer = Signer(key, algorithm, jwk["kid"])
        embedded = {"alg": algorithm, "kid": jwk["kid"], "jwk": jwk} | ({"typ": typ} if typ else {})
        signed = f"{segment(embedded)}.{segment(claims)}"
        yield f"an embedded {algorithm} key", f"{signed}.{segment(signer._sign(signed.encode()))}"


def _twice(header: dict[str, Any]) -> bytes:
    text = json.dumps(header)
    return (text[:-1] + f', "alg": {json.dumps(header["alg"])}}}').encode()
