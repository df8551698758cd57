"""Discovery (OpenID Connect Discovery 1.0, RFC 8414): one document under several names, that lists only what works."""

from typing import Any

from narthex.applications.types import ApplicationType
from tests.fixtures.server import Server
from tests.fixtures.walk import forms, returned
from tests.oidc.relying_party import (
    answered,
    basic,
    claims_of,
    header_of,
    machine,
    post_form,
    refused,
    relying_party,
    verified,
)

OPENID_CONFIGURATION = "/oidc/.well-known/openid-configuration"
NAMES = (
    OPENID_CONFIGURATION,
    "/oidc/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/oidc",
    "/.well-known/oauth-authorization-server/oidc/",
    "/.well-known/oauth-authorization-server",
    "//oidc/.well-known/openid-configuration",
)


async def document_of(server: Server, path: str = OPENID_CONFIGURATION) -> dict[str, Any]:
    """The document at a path."""
    async with server.client() as client:
        return answered(await client.get(server.base_url + path))


async def test_every_name_gives_the_same_document(server: Server) -> None:
    for name in NAMES:
        assert await document_of(server, name) == await document_of(server)


async def test_what_clients_need_is_there(server: Server) -> None:
    document = await document_of(server)
    issuer = f"{server.base_url}/oidc"
    assert document["issuer"] == issuer
    assert document["authorization_endpoint"] == f"{issuer}/auth"
    assert document["token_endpoint"] == f"{issuer}/token"
    assert document["userinfo_endpoint"] == f"{issuer}/me"
    assert document["jwks_uri"] == f"{issuer}/jwks"
    assert document["end_session_endpoint"] == f"{issuer}/session/end"
    assert document["introspection_endpoint"] == f"{issuer}/token/introspection"
    assert document["revocation_endpoint"] == f"{issuer}/token/revocation"
    assert document["subject_types_supported"] == ["public"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert {"openid", "offline_access", "profile", "email"} <= set(document["scopes_supported"])


async def test_nothing_is_listed_that_does_not_exist(server: Server) -> None:
    document = await document_of(server)
    for absent in (
        *("registration_endpoint", "pushed_authorization_request_endpoint", "device_authorization_endpoint"),
        *("check_session_iframe", "backchannel_logout_supported", "dpop_signing_alg_values_supported"),
        *("client_id_metadata_document_supported", "token_endpoint_auth_signing_alg_values_supported"),
    ):
        assert absent not in document
    for name in ("claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported"):
        assert document[name] is False


async def test_every_endpoint_answers(server: Server) -> None:
    document = await document_of(server)
    async with server.client() as client:
        for name, url in document.items():
            if name.endswith(("_endpoint", "_uri")):
                statuses = [(await client.request(method, url)).status_code for method in ("GET", "POST")]
                assert set(statuses) != {404}, name
                assert 500 not in statuses, name


async def test_every_grant_type_is_known(server: Server) -> None:
    document = await document_of(server)
    assert document["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"]
    party, script = await relying_party(server), await machine(server)
    tokens = answered(await party.redeem(await party.sign_up()))
    answered(await party.refresh(tokens["refresh_token"]))
    answered(await script.post("token", grant_type="client_credentials", resource="https://default.logto.app/api"))


async def test_every_response_mode_and_type_works(server: Server) -> None:
    document = await document_of(server)
    party = await relying_party(server)
    await party.sign_up()
    assert document["response_types_supported"] == ["code"]
    for mode in document["response_modes_supported"]:
        answer = await party.authorize(response_mode=mode)
        carried = forms(answer)[0].fields if mode == "form_post" else returned(answer)
        answered(await party.redeem(carried["code"]))


async def test_every_prompt_value_is_taken(server: Server) -> None:
    document = await document_of(server)
    party = await relying_party(server)
    await party.sign_up()
    for prompt in document["prompt_values_supported"]:
        answer = await party.authorize(prompt=prompt)
        assert answer.status_code == 200 or "code" in returned(answer), prompt


async def test_every_scope_gives_its_claims_and_no_other_claim_is_listed(server: Server) -> None:
    document = await document_of(server)
    party = await relying_party(server)
    await party.sign_up()
    scope = " ".join(document["scopes_supported"])
    tokens = await party.tokens(scope=scope)
    assert tokens["scope"] == scope
    claims = answered(await party.userinfo(tokens["access_token"])) | claims_of(tokens["id_token"])
    always = {"aud", "exp", "iat"}
    assert set(claims) - always <= set(document["claims_supported"])
    # Claims of a profile that says nothing are left out.
    empty = set(document["claims_supported"]) - set(claims)
    assert empty == {
        *("family_name", "given_name", "middle_name", "nickname", "profile", "website", "gender", "birthdate"),
        *("zoneinfo", "locale", "address"),
    }


async def test_every_authentication_method_works(server: Server) -> None:
    document = await document_of(server)
    for endpoint in ["token", "introspection", "revocation"]:
        methods = document[f"{endpoint}_endpoint_auth_methods_supported"]
        url = document[f"{endpoint}_endpoint"]
        script, public = await machine(server), await relying_party(server, ApplicationType.SPA)
        form = {"grant_type": "client_credentials", "resource": "https://default.logto.app/api", "token": "x"}
        ways = {
            "client_secret_basic": await post_form(server, url, form, basic(script.id, script.secret)),
            "client_secret_post": await post_form(server, url, form | script.named),
        }
        assert {name for name, way in ways.items() if way.status_code == 200} == set(methods) - {"none"}
        by_nothing = await post_form(server, url, form | {"client_id": public.id, "grant_type": "refresh_token"})
        if "none" in methods:
            assert by_nothing.status_code in {200, 400}
            assert by_nothing.status_code == 200 or by_nothing.json()["error"] != "invalid_client"
        else:
            refused(by_nothing, "invalid_client", 401)


async def test_every_algorithm_is_that_of_a_published_key(server: Server) -> None:
    document = await document_of(server)
    async with server.client() as client:
        keys = answered(await client.get("/oidc/jwks"))["keys"]
    assert set(document["id_token_signing_alg_values_supported"]) == {key["alg"] for key in keys}
    party = await relying_party(server)
    token = answered(await party.redeem(await party.sign_up()))["id_token"]
    assert header_of(token)["alg"] in document["id_token_signing_alg_values_supported"]
    assert (await verified(server, token))["iss"] == document["issuer"]


async def test_a_document_that_is_known_is_not_sent_again(server: Server) -> None:
    for path in [OPENID_CONFIGURATION, "/.well-known/oauth-authorization-server/oidc", "/oidc/jwks"]:
        async with server.client() as client:
            first = await client.get(path)
            tag = first.headers["etag"]
            for known in (tag, f"W/{tag}", f'"other", {tag}', f'{tag}, W/"x"'):
                again = await client.get(path, headers={"if-none-match": known})
                assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), known
                assert again.headers["cache-control"] == first.headers["cache-control"]
            for unknown in ('"other"', tag[:-2] + '"', "", tag.strip('"')):
                assert (await client.get(path, headers={"if-none-match": unknown})).status_code == 200, unknown
            head = await client.head(path)
            assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
            assert head.headers["content-length"] == str(len(first.content))


async def test_a_document_may_be_kept_for_less_than_a_key_is_published_ahead(server: Server) -> None:
    async with server.client() as client:
        document, keys = await client.get(OPENID_CONFIGURATION), await client.get("/oidc/jwks")
    assert document.headers["cache-control"] == "public, max-age=300"
    assert keys.headers["cache-control"] == "no-cache, max-age=0, must-revalidate"
    assert all("set-cookie" not in answer.headers for answer in (document, keys))


async def test_the_keys_are_plain(server: Server) -> None:
    """Every member a string, no private one: some SDKs read them into typed records."""
    async with server.client() as client:
        keys = answered(await client.get("/oidc/jwks"))["keys"]
    assert len(keys) == 2, "the one that signs and the next one"
    for key in keys:
        assert all(isinstance(value, str) for value in key.values())
        assert (key["use"], key["kty"], key["alg"]) == ("sig", "EC", "ES256")
        assert set(key) == {"kty", "use", "kid", "alg", "crv", "x", "y"}
    assert len({key["kid"] for key in keys}) == 2


async def test_other_names_are_not_found(server: Server) -> None:
    for path in [
        "/.well-known/oauth-authorization-server/nothing",
        "/.well-known/oauth-authorization-serverx",
        "/.well-known/oauth-authorization-server/t/nobody/oidc",
        "/oidc/.well-known/nothing",
        "/oidc/.well-known/openid-configuration/x",
        "/.well-known/openid-configuration/x",
    ]:
        async with server.client() as client:
            assert (await client.get(path)).status_code == 404


async def test_a_document_is_only_read(server: Server) -> None:
    for method in ["POST", "PUT", "DELETE"]:
        async with server.client() as client:
            refused(await client.request(method, OPENID_CONFIGURATION), "invalid_request", 404)
