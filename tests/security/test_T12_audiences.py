"""T12: an access token is for the one resource that was granted, with no more than its scopes."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from narthex.resources.schemas import management_indicator
from tests.fixtures.server import Server
from tests.fixtures.walk import returned
from tests.oidc.relying_party import (
    answered,
    api_with_scope,
    claims_of,
    machine,
    refused,
    relying_party,
    verified,
)

READ_API, WRITE_API = "https://read.example.com", "https://write.example.com"
MANAGEMENT = management_indicator("default")


async def test_T12_a_machine_gets_no_token_for_an_unknown_audience(server: Server) -> None:
    script = await machine(server)
    for resource in (
        "https://anything.example.com",
        management_indicator("admin"),
        management_indicator("acme"),
        MANAGEMENT.upper(),
        f"{MANAGEMENT}/",
        f"{MANAGEMENT} ",
        f"{MANAGEMENT}#x",
        f"{server.base_url}/oidc",
        script.id,
        "not-a-uri",
        "",
        None,
    ):
        answer = await script.post("token", grant_type="client_credentials", resource=resource, scope="all")
        refused(answer, "invalid_target")
    twice = [MANAGEMENT, "https://anything.example.com"]
    refused(await script.post("token", grant_type="client_credentials", resource=twice), "invalid_target")


async def test_T12_a_machine_without_a_role_gets_no_scope(server: Server) -> None:
    script = await machine(server, with_role=False)
    form = {"grant_type": "client_credentials", "resource": MANAGEMENT}
    for scope in ("all", "all openid", None, "everything"):
        tokens = answered(await script.post("token", **form, scope=scope))
        claims = await verified(server, tokens["access_token"])
        assert (tokens["scope"], claims["scope"]) == ("", "")
        assert (claims["aud"], claims["sub"], claims["client_id"]) == (MANAGEMENT, script.id, script.id)


async def test_T12_a_machine_gets_the_scopes_of_its_roles_only(server: Server) -> None:
    script = await machine(server)
    await api_with_scope(server, READ_API, "read")
    form = {"grant_type": "client_credentials"}
    tokens = answered(await script.post("token", **form, resource=MANAGEMENT, scope="all read openid profile"))
    assert claims_of(tokens["access_token"])["scope"] == tokens["scope"] == "all"
    # The scope of one resource is not one of another that is called the same.
    await api_with_scope(server, WRITE_API, "all")
    tokens = answered(await script.post("token", **form, resource=WRITE_API, scope="all"))
    assert claims_of(tokens["access_token"])["scope"] == tokens["scope"] == ""


async def test_T12_a_person_gets_no_token_for_a_resource_that_was_not_granted(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    await api_with_scope(server, READ_API, "read")
    await api_with_scope(server, WRITE_API, "write")
    scope = "openid offline_access read write"
    code = await party.code(scope=scope, resource=READ_API)
    for resource in (WRITE_API, MANAGEMENT, "https://anything.example.com", "x", party.id, f"{server.base_url}/oidc"):
        refused(await party.redeem(code, resource=resource), "invalid_target")
    tokens = answered(await party.redeem(code, resource=READ_API))
    for resource in (WRITE_API, MANAGEMENT, "https://anything.example.com", "x"):
        refused(await party.refresh(tokens["refresh_token"], resource=resource), "invalid_target")
    refused(await party.refresh(tokens["refresh_token"], resource=[READ_API, WRITE_API]), "invalid_target")


async def test_T12_a_person_without_the_role_gets_no_scope(server: Server) -> None:
    """Also of the management API: whoever asks for `all` is not an operator for that."""
    party = await relying_party(server)
    user_id = claims_of(answered(await party.redeem(await party.sign_up()))["id_token"])["sub"]
    await api_with_scope(server, READ_API, "read", user_id)
    await api_with_scope(server, WRITE_API, "write")
    for resource, given in ((MANAGEMENT, ""), (WRITE_API, ""), (READ_API, "read")):
        code = await party.code(scope="openid offline_access all write read", resource=resource)
        tokens = answered(await party.redeem(code, resource=resource))
        claims = await verified(server, tokens["access_token"])
        assert (claims["aud"], claims["scope"], tokens["scope"]) == (resource, given, given)
        # Scopes of the protocol stay out of a token for an API.
        assert claims["client_id"] == party.id
        assert claims["sub"] == user_id


async def test_T12_a_scope_is_not_carried_from_one_resource_to_another(server: Server) -> None:
    party = await relying_party(server)
    user_id = claims_of(answered(await party.redeem(await party.sign_up()))["id_token"])["sub"]
    await api_with_scope(server, READ_API, "use", user_id)
    await api_with_scope(server, WRITE_API, "use")
    code = await party.code(scope="offline_access use", resource=[READ_API, WRITE_API])
    tokens = answered(await party.redeem(code, resource=READ_API))
    assert claims_of(tokens["access_token"])["scope"] == "use"
    other = answered(await party.refresh(tokens["refresh_token"], resource=WRITE_API))
    assert (claims_of(other["access_token"])["aud"], claims_of(other["access_token"])["scope"]) == (WRITE_API, "")


async def test_T12_no_scope_that_was_not_asked_for(server: Server) -> None:
    party = await relying_party(server)
    user_id = claims_of(answered(await party.redeem(await party.sign_up()))["id_token"])["sub"]
    await api_with_scope(server, READ_API, "read", user_id)
    code = await party.code(scope="offline_access", resource=READ_API)
    tokens = answered(await party.redeem(code, resource=READ_API))
    assert claims_of(tokens["access_token"])["scope"] == ""
    refused(await party.refresh(tokens["refresh_token"], resource=READ_API, scope="read"), "invalid_scope")


async def test_T12_a_token_for_an_api_is_none_for_userinfo(server: Server) -> None:
    party, script = await relying_party(server), await machine(server)
    await party.sign_up()
    await api_with_scope(server, READ_API, "read")
    code = await party.code(scope="openid profile offline_access", resource=READ_API)
    tokens = answered(await party.redeem(code, resource=READ_API))
    refused(await party.userinfo(tokens["access_token"]), "invalid_token", 401)
    of_script = answered(await script.post("token", grant_type="client_credentials", resource=MANAGEMENT))
    refused(await party.userinfo(of_script["access_token"]), "invalid_token", 401)


async def test_T12_a_token_without_openid_is_none_for_userinfo(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens(scope="profile offline_access")
    assert "id_token" not in tokens
    body = refused(await party.userinfo(tokens["access_token"]), "insufficient_scope", 403)
    assert "sub" not in body


async def test_T12_unknown_resources_are_refused_at_the_start(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    for resource in ("https://anything.example.com", "x", [MANAGEMENT, "x"], f"{MANAGEMENT},x", MANAGEMENT + "/"):
        assert returned(await party.authorize(resource=resource))["error"] == "invalid_target"


async def test_T12_a_token_for_an_organization_is_refused_until_there_are_any(server: Server) -> None:
    party, script = await relying_party(server), await machine(server)
    tokens = answered(await party.redeem(await party.sign_up()))
    for organization_id in ["x", "", "organization"]:
        refused(
            await party.refresh(tokens["refresh_token"], organization_id=organization_id), "insufficient_scope", 403
        )
        for resource in (None, MANAGEMENT):
            form = {"grant_type": "client_credentials", "organization_id": organization_id, "resource": resource}
            refused(await script.post("token", **form), "access_denied", 403)


async def test_T12_a_token_of_one_tenant_is_none_at_another(server: Server) -> None:
    await server.add_tenant("acme")
    party, theirs = await relying_party(server), await relying_party(server, tenant_id="acme")
    tokens = answered(await party.redeem(await party.sign_up()))
    refused(await theirs.userinfo(tokens["access_token"]), "invalid_token", 401)
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
