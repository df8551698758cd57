"""The errors of the token endpoint: status, `error`, `code`, description and challenge. Wire: errors.json."""

import base64
from typing import Any

from narthex.applications.types import ApplicationType
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import VERIFIER
from tests.oidc.relying_party import basic, machine, post_form, refused, relying_party

MANAGEMENT = "https://default.logto.app/api"
MACHINE_ERRORS: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "no grant type": ({"a": "b"}, 400, "invalid_request", "missing required parameter 'grant_type'"),
    "unknown grant type": (
        {"grant_type": "password", "username": "a", "password": "b"},
        400,
        "unsupported_grant_type",
        "unsupported grant_type requested",
    ),
    "no resource": (
        {"grant_type": "client_credentials"},
        400,
        "invalid_target",
        "both `resource` and `organization_id` are not provided",
    ),
    "unknown resource": (
        {"grant_type": "client_credentials", "resource": "https://nope.example/api"},
        400,
        "invalid_target",
        "resource indicator is missing, or unknown",
    ),
    "resource is no URI": (
        {"grant_type": "client_credentials", "resource": "nope"},
        400,
        "invalid_target",
        "resource indicator must be an absolute URI",
    ),
}
PUBLIC_ERRORS: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "grant not allowed": (
        {"grant_type": "client_credentials"},
        400,
        "invalid_request",
        "requested grant type is not allowed for this client",
    ),
    "unknown code": (
        {"grant_type": "authorization_code", "code": "nope", "redirect_uri": CALLBACK, "code_verifier": VERIFIER},
        400,
        "invalid_grant",
        "grant request is invalid",
    ),
    "no code": (
        {"grant_type": "authorization_code", "redirect_uri": CALLBACK},
        400,
        "invalid_request",
        "missing required parameter 'code'",
    ),
    "unknown refresh token": (
        {"grant_type": "refresh_token", "refresh_token": "nope"},
        400,
        "invalid_grant",
        "grant request is invalid",
    ),
    "no refresh token": (
        {"grant_type": "refresh_token"},
        400,
        "invalid_request",
        "missing required parameter 'refresh_token'",
    ),
}


async def test_an_error_of_a_machine(server: Server) -> None:
    script = await machine(server)
    for form, status, error, description in MACHINE_ERRORS.values():
        answer = await post_form(server, "/oidc/token", form, basic(script.id, script.secret))
        assert refused(answer, error, status)["error_description"] == description
        assert answer.headers["cache-control"] == "no-store"


async def test_an_error_of_a_public_client(server: Server) -> None:
    party = await relying_party(server, ApplicationType.SPA)
    for form, status, error, description in PUBLIC_ERRORS.values():
        answer = await party.post("token", **form)
        assert refused(answer, error, status)["error_description"] == description
        assert answer.headers["cache-control"] == "no-store"


async def test_a_wrong_secret_is_401_and_challenged_where_it_came_by_header(server: Server) -> None:
    script = await machine(server)
    form = {"grant_type": "client_credentials", "resource": MANAGEMENT}
    answer = await post_form(server, "/oidc/token", form, basic(script.id, "wrong"))
    assert refused(answer, "invalid_client", 401)["error_description"] == "client authentication failed"
    assert answer.headers["www-authenticate"] == (
        f'Basic realm="{server.base_url}/oidc", error="invalid_client", '
        'error_description="client authentication failed"'
    )
    answer = await post_form(server, "/oidc/token", form | {"client_id": script.id, "client_secret": "wrong"})
    assert refused(answer, "invalid_client", 401)["error_description"] == "client authentication failed"
    assert "www-authenticate" not in answer.headers


async def test_an_unknown_client_is_400_and_by_header_401(server: Server) -> None:
    form = {"grant_type": "client_credentials"}
    refused(await post_form(server, "/oidc/token", form | {"client_id": "nobody"}), "invalid_client")
    refused(
        await post_form(server, "/oidc/token", form | {"client_id": "nobody", "client_secret": "x"}), "invalid_client"
    )
    # Whoever tries a header must be challenged (RFC 6749 5.2), which the wire forgets for unknown clients.
    answer = await post_form(server, "/oidc/token", form, basic("nobody", "x"))
    refused(answer, "invalid_client", 401)
    assert answer.headers["www-authenticate"].startswith("Basic realm=")


async def test_no_client_at_all_is_400(server: Server) -> None:
    body = refused(await post_form(server, "/oidc/token", {"grant_type": "client_credentials"}), "invalid_request")
    assert body["error_description"] == "no client authentication mechanism provided"


async def test_a_get_is_an_unknown_route(server: Server) -> None:
    async with server.client() as client:
        body = refused(await client.get("/oidc/token"), "invalid_request", 404)
        assert body["error_description"] == "unrecognized route or not allowed method (GET on /token)"
        body = refused(await client.get("/oidc/nope"), "invalid_request", 404)
        assert body["error_description"] == "unrecognized route or not allowed method (GET on /nope)"


async def test_a_scope_that_nobody_has_is_let_go_without_a_word(server: Server) -> None:
    script = await machine(server)
    answer = await script.post("token", grant_type="client_credentials", resource=MANAGEMENT, scope="nope")
    assert (answer.status_code, answer.json()["scope"]) == (200, "")


BODIES: dict[str, tuple[str, bytes]] = {
    "broken JSON": ("application/json", b"{"),
    "a JSON list": ("application/json", b"[]"),
    "a JSON string": ("application/json", b'"grant_type"'),
    "a nested object": ("application/json", b'{"grant_type":{"a":"b"}}'),
    "a nested list": ("application/json", b'{"grant_type":[["a"]]}'),
    "a boolean": ("application/json", b'{"grant_type":true}'),
    "half a surrogate pair": ("application/json", b'{"grant_type":"\\ud800"}'),
    "a NUL in JSON": ("application/json", b'{"grant_type":"a\\u0000"}'),
    "no UTF-8 in JSON": ("application/json", b'{"grant_type":"\xff"}'),
    "deep JSON": ("application/json", b'{"a":' * 9_000),
    "a NUL": ("application/x-www-form-urlencoded", b"grant_type=a%00"),
    "no UTF-8": ("application/x-www-form-urlencoded", b"grant_type=%ff"),
    "many fields": ("application/x-www-form-urlencoded", b"a=b&" * 2_000),
    "another type": ("text/plain", b"grant_type=client_credentials"),
    "multipart": ("multipart/form-data; boundary=x", b"--x\r\n\r\nx\r\n--x--"),
    "no type": ("", b"grant_type=client_credentials"),
}


async def test_a_body_that_cannot_be_read(server: Server) -> None:
    async with server.client() as client:
        for what, (media_type, content) in BODIES.items():
            answer = await client.post("/oidc/token", content=content, headers={"content-type": media_type})
            assert answer.status_code == 400, what
            refused(answer, "invalid_request")


async def test_a_body_that_is_too_large_is_413(server: Server) -> None:
    async with server.client() as client:
        for media_type in ("application/json", "application/x-www-form-urlencoded"):
            answer = await client.post("/oidc/token", content=b"a" * 57_345, headers={"content-type": media_type})
            refused(answer, "invalid_request", 413)


LONG = "x" * 3_000


async def test_long_and_odd_values_are_errors_not_failures(server: Server) -> None:
    script = await machine(server)
    for fields in [
        {"client_id": LONG},
        {"client_id": "\u00e9" * 500, "grant_type": LONG},
        {"grant_type": "client_credentials", "resource": f"https://{LONG}"},
        {"grant_type": "client_credentials", "resource": MANAGEMENT, "scope": f"{LONG} \u202e \U0001f600"},
        {"grant_type": "refresh_token", "refresh_token": LONG},
        {LONG: LONG},
    ]:
        answer = await script.post("token", **fields)
        assert answer.status_code in {200, 400}, answer.text
        if answer.status_code == 400:
            assert answer.json()["error"] in {
                *("invalid_client", "invalid_request", "invalid_target", "invalid_grant", "unsupported_grant_type")
            }


async def test_the_message_is_in_the_language_that_was_asked_for(server: Server) -> None:
    async with server.client() as client:
        english = refused(await client.post("/oidc/token"), "invalid_request")
        japanese = refused(await client.post("/oidc/token", headers={"accept-language": "ja"}), "invalid_request")
    assert english["message"] != japanese["message"]
    assert english["error_description"] == japanese["error_description"]
    assert base64.b64encode(japanese["message"].encode()) != b""
