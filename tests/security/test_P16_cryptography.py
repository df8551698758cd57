"""P16: keys lie encrypted, tokens lie hashed and hold 128 bits or more, secrets are compared in constant time, and a
rotation of keys makes no verification fail."""

import ast
import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from unittest.mock import patch

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.kit.digests import digest
from narthex.kit.encryption import Cipher, SealBroken, decode_key
from narthex.kit.randomness import Randomness
from narthex.resources.schemas import management_indicator
from narthex.signing_keys import service as signing_keys
from narthex.signing_keys.service import RotationPending
from tests.fixtures.server import CALLBACK, TEST_KEY, NewServer, Server
from tests.fixtures.traces import Row, rows
from tests.fixtures.walk import VERIFIER, Browser, challenge, forms, returned
from tests.house.source import Module, dotted, modules

OTHER_KEY = base64.b64encode(b"another key, 32 bytes long ......"[:32]).decode()
OPAQUE = re.compile(r"[A-Za-z0-9_-]{43}")
SECRET = re.compile(r"[A-Za-z0-9]{32}")


async def with_session(server: Server) -> tuple[Credentials, Browser, str]:
    """An application, a browser that is signed in, and a code for it."""
    application, browser = await server.application(), server.browser()
    return application, browser, returned(await browser.sign_up(application.application_id, CALLBACK))["code"]


async def redeemed(server: Server, application: Credentials, code: str) -> dict[str, str]:
    form = {
        "grant_type": "authorization_code",
        "client_id": application.application_id,
        "client_secret": application.secret or "",
        "redirect_uri": CALLBACK,
        "code": code,
        "code_verifier": VERIFIER,
    }
    tokens: dict[str, str] = (await server.client().post("/oidc/token", data=form)).json()
    return tokens


async def test_private_keys_lie_encrypted_and_open_only_where_they_belong(server: Server) -> None:
    own, other = await rows(server, "signing_keys"), await rows(server, "signing_keys", "admin")
    assert len(own) == len(other) == 2
    cipher = Cipher(decode_key(TEST_KEY))

    def opened(row: Row, tenant_id: str, kid: str, by: Cipher = cipher) -> bytes:
        return by.open(row["private_key"], f"signing_key:{tenant_id}:{kid}")

    for row in own:
        assert row["private_key"].startswith("v1.")
        assert opened(row, "default", row["id"]).startswith(b"-----BEGIN PRIVATE KEY-----")
        wrong = [("admin", row["id"]), ("default", other[0]["id"]), ("default", "")]
        for tenant_id, kid in wrong:
            with pytest.raises(SealBroken):
                opened(row, tenant_id, kid)
        with pytest.raises(SealBroken):
            opened(row, "default", row["id"], Cipher(decode_key(OTHER_KEY)))
    assert len({row["private_key"] for row in own + other}) == 4


async def test_with_another_key_no_server_starts(server: Server, new_server: NewServer) -> None:
    with pytest.raises(SealBroken):
        await new_server({"NARTHEX_ENCRYPTION_KEY": OTHER_KEY})
    assert len(await rows(server, "signing_keys")) == 2, "it makes no keys of its own either"


async def test_application_secrets_lie_hashed_and_encrypted(server: Server) -> None:
    made = await server.application()
    (row,) = [one for one in await rows(server, "application_secrets") if one["application_id"] == made.application_id]
    assert made.secret is not None
    assert SECRET.fullmatch(made.secret)
    assert row["value_hash"] == digest(made.secret)
    context = f"application_secret:default:{made.application_id}:{row['name']}"
    assert server.runtime.cipher.open(row["value_sealed"], context).decode() == made.secret
    with pytest.raises(SealBroken):
        server.runtime.cipher.open(row["value_sealed"], context.replace("default", "admin", 1))


async def test_tokens_lie_hashed_and_are_long(server: Server) -> None:
    application, browser, code = await with_session(server)
    tokens = await redeemed(server, application, code)
    kept = {
        ("authorization_codes", "code_hash"): code,
        ("access_tokens", "token_hash"): tokens["access_token"],
        ("refresh_tokens", "token_hash"): tokens["refresh_token"],
        ("sessions", "secret_hash"): browser.client.cookies["session.default"],
        ("interactions", "browser_hash"): browser.client.cookies["interaction.default"],
        ("known_browsers", "browser_hash"): browser.client.cookies["device.default"],
    }
    for (table, column), secret in kept.items():
        assert OPAQUE.fullmatch(secret), f"{table}: 43 characters of base64url are 256 bits"
        hashed = base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()).rstrip(b"=").decode()
        assert [row[column] for row in await rows(server, table)] == [hashed], table


async def test_passwords_lie_as_argon2id(server: Server) -> None:
    await with_session(server)
    (row,) = await rows(server, "passwords")
    _, kind, _, parameters, salt, value = row["password_hash"].split("$")
    memory, passes, lanes = (int(part.partition("=")[2]) for part in parameters.split(","))
    assert kind == "argon2id"
    assert (memory >= 19 * 1024, passes >= 2, lanes) == (True, True, 1)
    assert (len(salt), len(value)) == (22, 43)


async def test_a_server_takes_its_randomness_from_the_system(server: Server) -> None:
    assert type(server.runtime.randomness) is Randomness
    assert type(server.runtime.database.randomness) is Randomness
    with patch("secrets.token_bytes", return_value=bytes(64)) as asked:
        server.runtime.randomness.token()
    assert asked.called


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_secrets_are_compared_in_constant_time(server: Server) -> None:
    compared: list[bytes] = []
    real: Any = hmac.compare_digest

    def noting(one: bytes | str, other: bytes | str) -> bool:
        compared.extend(side.encode() if isinstance(side, str) else side for side in (one, other))
        return bool(real(one, other))

    with patch.object(hmac, "compare_digest", noting):
        application, browser, code = await with_session(server)
        page = await browser.get("/oidc/session/end")
        wrong = Credentials(application.application_id, "x" * 32)
        assert (await redeemed(server, wrong, code))["error"] == "invalid_client"
        assert "access_token" in await redeemed(server, application, code)
        await browser.submit(page, {})
    assert application.secret is not None
    assert compared.count(digest(application.secret).encode()) >= 2, "the secret of the client"
    assert digest("x" * 32).encode() in compared
    assert challenge().encode() in compared, "the verifier of PKCE"
    assert forms(page)[0].fields["form_token"].encode() in compared, "the token of a form"


WORDS = re.compile(
    r"(?:^|_)(?:secret|token|hash|digest|signature|verifier|challenge|password|mac)(?:$|_(?!type|ttl|name))"
)
# Compared with a constant of the protocol, or the one who compares knows both.
KNOWN_TO_BOTH = {"oidc/authorization_parameters.py: challenge"}


def plain_comparisons(module: Module) -> Iterator[str]:
    """Where two values are compared with == or !=, of which one is called like a secret."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Compare) or not all(isinstance(op, (ast.Eq, ast.NotEq)) for op in node.ops):
            continue
        sides = [node.left, *node.comparators]
        if any(isinstance(side, ast.Constant) for side in sides):
            continue
        for name in {dotted(side).rpartition(".")[2] for side in sides if ".c." not in f".{dotted(side)}"}:
            if WORDS.search(name) and not name.endswith("_id"):
                yield f"{module.path.removeprefix('src/narthex/')}: {name}"


def test_no_secret_is_compared_by_equality() -> None:
    found = {one for module in modules("src/") for one in plain_comparisons(module) if ".c." not in one}
    assert found == KNOWN_TO_BOTH


def test_a_comparison_by_equality_is_found() -> None:
    assert list(plain_comparisons(Module.of("ok = row.value_hash == given"))) != []
    assert list(plain_comparisons(Module.of("if request.client_secret != known: pass"))) != []
    assert list(plain_comparisons(Module.of("ok = token == ''"))) == []
    assert list(plain_comparisons(Module.of("where(sessions.c.secret_hash == bindparam('x'))"))) == []


async def machine_token(server: Server, machine: Credentials) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": machine.application_id,
        "client_secret": machine.secret or "",
        "resource": management_indicator("default"),
        "scope": "all",
    }
    return str((await server.client().post("/oidc/token", data=form)).json()["access_token"])


async def test_a_rotation_makes_no_verification_fail(server: Server) -> None:
    """Tokens of every ten minutes of half a day in which keys rotate as often as they may, verified by joserfc with the
    keys as they were fetched at any time from an hour before the token to its end."""
    machine, client = await server.machine(), server.client()
    fetched: list[KeySet] = []
    issued: list[str] = []
    kids = set()
    for _ in range(6 * 12):
        fetched.append(KeySet.import_key_set((await client.get("/oidc/jwks")).json()))
        issued.append(await machine_token(server, machine))
        server.clock.advance(minutes=10)
        with suppress(RotationPending):
            async with server.runtime.database.write("default") as tx:
                await signing_keys.rotate(tx, system_actor("default"), server.runtime)
    for step, token in enumerate(issued):
        for keys in fetched[max(step - 5, 0) : step + 7]:
            kids.add(jwt.decode(token, keys, algorithms=["ES256"]).header["kid"])
    assert len(kids) >= 10
