"""T6: a client is who it says, by one method, with a secret of its own that still holds."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import base64
from typing import Any

import httpx2
import pytest

from narthex.access import system_actor
from narthex.applications import client_secrets
from narthex.applications import service as applications
from narthex.applications.types import ApplicationType
from narthex.kit.jose import Signer, generate_private_key, public_jwk
from tests.fixtures.server import Server
from tests.oidc.relying_party import RelyingParty, answered, basic, machine, post_form, refused, relying_party
from tests.security.forged_tokens import unsigned

ENDPOINTS = ["token", "token/introspection", "token/revocation"]
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
API = "https://default.logto.app/api"


async def call(
    party: RelyingParty, endpoint: str, fields: dict[str, Any], headers: dict[str, str] | None = None, query: str = ""
) -> httpx2.Response:
    """A request whose only possible fault is the authentication."""
    form = {"grant_type": "client_credentials", "resource": API, "token": "x"} | fields
    return await post_form(party.server, f"/oidc/{endpoint}{query}", form, headers)


async def test_T6_the_honest_client_is_let_in(server: Server) -> None:
    script = await machine(server)
    for endpoint in ENDPOINTS:
        assert (
            await call(script, endpoint, {"client_id": script.id, "client_secret": script.secret})
        ).status_code == 200
        assert (await call(script, endpoint, {}, basic(script.id, script.secret))).status_code == 200


async def test_T6_a_wrong_or_missing_secret(server: Server) -> None:
    script, other = await machine(server), await machine(server)
    for endpoint in ENDPOINTS:
        for secret in (
            "",
            "wrong",
            script.secret[:-1],
            f"{script.secret}x",
            script.secret.swapcase(),
            other.secret,
            " ",
        ):
            refused(
                await call(script, endpoint, {"client_id": script.id, "client_secret": secret}), "invalid_client", 401
            )
            answer = await call(script, endpoint, {}, basic(script.id, secret))
            refused(answer, "invalid_client", 401)
            assert answer.headers["www-authenticate"].startswith(f'Basic realm="{server.base_url}/oidc"')
        refused(await call(script, endpoint, {"client_id": script.id}), "invalid_client", 401)
        refused(
            await call(script, endpoint, {"client_id": other.id, "client_secret": script.secret}), "invalid_client", 401
        )


async def test_T6_a_secret_in_the_query_is_no_secret(server: Server) -> None:
    script = await machine(server)
    for endpoint in ENDPOINTS:
        query = f"?client_id={script.id}&client_secret={script.secret}"
        refused(await call(script, endpoint, {"client_id": script.id}, query=query), "invalid_client", 401)
        refused(await call(script, endpoint, {}, query=query), "invalid_request")


async def test_T6_two_methods_at_once(server: Server) -> None:
    script = await machine(server)
    for endpoint in ENDPOINTS:
        for secret in (script.secret, "wrong", ""):
            named = {"client_id": script.id, "client_secret": secret}
            refused(await call(script, endpoint, named, basic(script.id, script.secret)), "invalid_request")
            refused(
                await call(script, endpoint, {"client_secret": secret}, basic(script.id, "wrong")), "invalid_request"
            )


async def test_T6_two_clients_at_once(server: Server) -> None:
    script, other = await machine(server), await machine(server)
    for endpoint in ENDPOINTS:
        answer = await call(script, endpoint, {"client_id": other.id}, basic(script.id, script.secret))
        refused(answer, "invalid_request")
        answer = await call(script, endpoint, {"client_id": script.id}, basic(script.id, script.secret))
        assert answer.status_code == 200, "some SDKs repeat the client_id in the body"


@pytest.mark.parametrize("kind", [ApplicationType.SPA, ApplicationType.NATIVE])
async def test_T6_a_public_client_has_no_secret(server: Server, kind: ApplicationType) -> None:
    party, confidential = await relying_party(server, kind), await relying_party(server)
    code = await party.sign_up()
    for secret in ("", "x", confidential.secret, "None", "null", "undefined"):
        refused(await party.redeem(code, client_secret=secret), "invalid_client", 401)
        refused(await party.redeem(code, client_id=None, headers=basic(party.id, secret)), "invalid_client", 401)
    answered(await party.redeem(code))


async def test_T6_a_public_client_does_nothing_that_needs_one(server: Server) -> None:
    party = await relying_party(server, ApplicationType.SPA)
    refused(await party.post("token", grant_type="client_credentials", resource=API), "invalid_request")
    refused(await party.post("token/introspection", token="x"), "invalid_client", 401)


async def test_T6_an_unknown_client(server: Server) -> None:
    script = await machine(server)
    for endpoint in ENDPOINTS:
        for client_id in (
            "nobody",
            script.id.upper(),
            f"{script.id} ",
            f" {script.id}",
            "' OR '1'='1",
            "%",
            "\u00e9" * 50,
        ):
            named = {"client_id": client_id, "client_secret": script.secret}
            refused(await call(script, endpoint, named), "invalid_client")
        refused(await call(script, endpoint, {}), "invalid_request")
        refused(await call(script, endpoint, {"client_secret": script.secret}), "invalid_request")


def encoded(text: bytes) -> str:
    """Base64."""
    return base64.b64encode(text).decode()


async def test_T6_a_header_that_cannot_be_read(server: Server) -> None:
    script = await machine(server)
    for endpoint in ENDPOINTS:
        pair = f"{script.id}:{script.secret}".encode()
        headers = [
            *("", "Basic", "Basic ", "Bearer x", f"Bearer {script.secret}", "Digest x", encoded(pair)),
            *("Basic !!!!", f"Basic {encoded(pair)[:-3]}", f"Basic {encoded(pair)}, Basic {encoded(pair)}"),
            *(
                f"Basic {encoded(script.id.encode())}",
                f"Basic {encoded(b':' + pair)}",
                f"Basic {encoded(bytes([255, 254]))}",
            ),
            *(
                f"Basic {encoded(pair)} x",
                f"Basic {pair.decode()}",
                f"basic:{encoded(pair)}",
                f"Basic  x{encoded(pair)}",
            ),
        ]
        for header in headers:
            refused(await call(script, endpoint, {}, {"authorization": header}), "invalid_request")
        answer = await call(script, endpoint, {}, {"authorization": f"bAsIc {encoded(pair)}"})
        assert answer.status_code == 200, "the name of a scheme has no case"


async def test_T6_a_secret_that_is_over(server: Server) -> None:
    script = await machine(server)
    expires_at = server.clock.now() + 60_000
    async with server.runtime.database.write("default") as tx:
        second = await client_secrets.add_secret(
            tx, system_actor("default"), server.runtime, script.id, "short", expires_at
        )
    named = {"client_id": script.id, "client_secret": second}
    answered(await call(script, "token", named))
    server.clock.advance(minutes=1)
    body = refused(await call(script, "token", named), "invalid_request")
    assert body["error_description"] == "client secret has expired"
    answered(await call(script, "token", {"client_id": script.id, "client_secret": script.secret}))


async def test_T6_a_secret_is_kept_as_a_hash_and_sealed(server: Server) -> None:
    """What the database holds of a secret lets nobody in."""
    script = await machine(server)
    application = await applications.find(server.runtime, server.tenant(), script.id)
    assert application is not None
    assert script.secret not in repr(application)
    for kept in application.secrets:
        refused(
            await call(script, "token", {"client_id": script.id, "client_secret": kept.value_hash}),
            "invalid_client",
            401,
        )


async def test_T6_no_assertion_is_taken_for_a_secret(server: Server) -> None:
    """Until assertions are a method, any is a failed authentication, whatever else comes along."""
    script, public = await machine(server), await relying_party(server, ApplicationType.SPA)
    for endpoint in ENDPOINTS:
        claims = {
            "iss": script.id,
            "sub": script.id,
            "aud": f"{server.base_url}/oidc",
            "jti": "1",
            "exp": 9_999_999_999,
        }
        key = generate_private_key("ES256")
        signed = Signer(key, "ES256", public_jwk(key, "ES256")["kid"]).sign(claims)
        for assertion in (unsigned(claims), signed, "", "x"):
            given = {"client_assertion": assertion, "client_assertion_type": ASSERTION, "client_id": script.id}
            refused(await call(script, endpoint, given), "invalid_client", 401)
            refused(await call(script, endpoint, given | {"client_secret": script.secret}), "invalid_client", 401)
            refused(await call(script, endpoint, given | {"client_id": public.id}), "invalid_client", 401)
            refused(await call(script, endpoint, {"client_assertion": assertion}), "invalid_client", 401)
        refused(await call(script, endpoint, {"client_assertion_type": ASSERTION}), "invalid_client", 401)


async def test_T6_a_secret_of_another_tenant(server: Server) -> None:
    await server.add_tenant("acme")
    ours, theirs = await relying_party(server), await relying_party(server, tenant_id="acme")
    named: dict[str, Any]
    for named in (ours.named, ours.named | {"client_id": theirs.id}):
        answer = await theirs.post("token", grant_type="refresh_token", refresh_token="x", **named)
        refused(answer, "invalid_client", 400 if named["client_id"] == ours.id else 401)


async def test_T6_a_machine_gets_no_person_and_a_website_no_machine_token(server: Server) -> None:
    script, party = await machine(server), await relying_party(server)
    refused(await party.post("token", grant_type="client_credentials", resource=API), "invalid_request")
    refused(await script.post("token", grant_type="refresh_token", refresh_token="x"), "invalid_request")
    refused(await script.post("token", grant_type="authorization_code", code="x"), "invalid_request")
    for grant_type in ("password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", "Client_Credentials"):
        refused(await script.post("token", grant_type=grant_type), "unsupported_grant_type")
