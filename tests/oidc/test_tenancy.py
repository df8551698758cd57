"""Several tenants at once: under `/t/<tenant>` or at an own origin, with own keys, cookies and people."""

from typing import Any

import pytest
from joserfc.errors import JoseError

from narthex.applications.types import ApplicationType
from tests.fixtures.server import CALLBACK, HOME, Server
from tests.fixtures.walk import HTML, forms, returned
from tests.oidc.relying_party import (
    RelyingParty,
    answered,
    claims_of,
    header_of,
    refused,
    relying_party,
    verified,
)

OWN_ORIGIN = "https://login.globex.example"
TENANTS = ["default", "acme", "globex"]
OTHERS = [(one, other) for one in TENANTS for other in TENANTS if one != other]


async def with_tenants(server: Server) -> None:
    """One tenant by path and one by origin, beside the default one."""
    await server.add_tenant("acme")
    await server.add_tenant("globex", OWN_ORIGIN)


async def signed_up(server: Server, tenant_id: str, kind: ApplicationType = ApplicationType.SPA) -> RelyingParty:
    """An application of a tenant with somebody signed in."""
    party = await relying_party(server, kind, tenant_id=tenant_id)
    await party.sign_up()
    return party


@pytest.mark.parametrize("tenant_id", TENANTS)
async def test_the_whole_walk_at_every_tenant(server: Server, tenant_id: str) -> None:
    await with_tenants(server)
    tenant = server.tenant(tenant_id)
    party = await relying_party(server, tenant_id=tenant_id)
    back = returned(await party.browser.sign_up(party.id, CALLBACK))
    tokens = answered(await party.redeem(back["code"]))
    claims = await verified(server, tokens["id_token"], tenant_id)
    assert back["iss"] == claims["iss"] == tenant.issuer
    assert answered(await party.userinfo(tokens["access_token"]))["username"] == "ada"
    tokens = answered(await party.refresh(tokens["refresh_token"]))
    assert (await party.introspect(tokens["access_token"]))["active"] is True
    assert (await party.revoke(tokens["access_token"])).status_code == 200
    gone = await party.browser.get(
        f"{tenant.base_url}/oidc/session/end?id_token_hint={tokens['id_token']}&post_logout_redirect_uri={HOME}"
    )
    assert gone.headers["location"] == HOME
    assert (await party.authorize(prompt=None)).status_code == 200


async def test_every_address_of_a_tenant_is_its_own(server: Server) -> None:
    await with_tenants(server)
    for tenant_id in TENANTS:
        tenant = server.tenant(tenant_id)
        async with server.client(tenant_id) as client:
            document = answered(await client.get(f"{tenant.issuer}/.well-known/openid-configuration"))
        assert document["issuer"] == tenant.issuer
        for name, value in document.items():
            if name.endswith(("_endpoint", "_uri")):
                assert value.startswith(f"{tenant.issuer}/"), name


async def test_discovery_by_every_form_of_the_path(server: Server) -> None:
    await with_tenants(server)
    for tenant_id, name in [
        ("acme", "/t/acme/oidc/.well-known/openid-configuration"),
        ("acme", "/t/acme/oidc/.well-known/oauth-authorization-server"),
        ("acme", "/.well-known/oauth-authorization-server/t/acme/oidc"),
        ("acme", "/t/acme//oidc/.well-known/openid-configuration"),
        ("acme", "//t/acme/oidc/.well-known/openid-configuration"),
        ("globex", "/.well-known/oauth-authorization-server/oidc"),
        ("globex", "/.well-known/oauth-authorization-server"),
    ]:
        tenant = server.tenant(tenant_id)
        async with server.client(tenant_id) as client:
            assert answered(await client.get(tenant.origin + name))["issuer"] == tenant.issuer


async def test_a_double_slash_is_tolerated_under_a_tenant_too(server: Server) -> None:
    await with_tenants(server)
    script = await server.machine(tenant_id="acme")
    form = {
        "grant_type": "client_credentials",
        "resource": "https://acme.logto.app/api",
        "client_id": script.application_id,
        "client_secret": script.secret,
    }
    for path in ["/t/acme/oidc/token", "/t/acme//oidc/token", "//t/acme//oidc/token"]:
        async with server.client("acme") as client:
            tokens = answered(await client.post(server.base_url + path, data=form))
        assert claims_of(tokens["access_token"])["aud"] == "https://acme.logto.app/api"


async def test_every_tenant_signs_with_its_own_keys(server: Server) -> None:
    await with_tenants(server)
    kids = {}
    for tenant_id in TENANTS:
        party = await signed_up(server, tenant_id)
        token = (await party.tokens())["id_token"]
        await verified(server, token, tenant_id)
        kids[tenant_id] = header_of(token)["kid"]
        for other in TENANTS:
            if other != tenant_id:
                with pytest.raises(JoseError):
                    await verified(server, token, other)
    assert len(set(kids.values())) == 3


async def test_nothing_of_one_tenant_counts_at_another(server: Server) -> None:
    await with_tenants(server)
    parties = {tenant_id: await signed_up(server, tenant_id) for tenant_id in TENANTS}
    for one, other in OTHERS:
        ours, theirs = parties[one], parties[other]
        tokens, code = await ours.tokens(), await ours.code()
        refused(await theirs.userinfo(tokens["access_token"]), "invalid_token", 401)
        refused(await theirs.refresh(tokens["refresh_token"]))
        refused(await theirs.redeem(code))
        refused(await theirs.refresh(tokens["refresh_token"], client_id=ours.id), "invalid_client")
        assert (await theirs.revoke(tokens["refresh_token"])).status_code == 200
        hinted = await theirs.authorize(prompt="none", id_token_hint=tokens["id_token"])
        assert returned(hinted)["error"] == "invalid_request"
        base = server.tenant(other).base_url
        answer = await theirs.browser.client.get(f"{base}/oidc/session/end?id_token_hint={tokens['id_token']}")
        refused(answer, "invalid_request")
        # None of it harmed anything at home.
        assert (await ours.userinfo(tokens["access_token"])).status_code == 200
        answered(await ours.redeem(code))
        answered(await ours.refresh(tokens["refresh_token"]))


async def test_a_session_of_one_tenant_is_none_at_another(server: Server) -> None:
    await with_tenants(server)
    parties = {tenant_id: await signed_up(server, tenant_id) for tenant_id in TENANTS}
    for one, other in OTHERS:
        cookies = {cookie.name: str(cookie.value) for cookie in parties[one].browser.client.cookies.jar}
        plain = {name.removeprefix("__Host-").rpartition(".")[0]: value for name, value in cookies.items()}
        assert sorted(plain) == ["device", "interaction", "session"]
        assert all(name.endswith(f".{one}") for name in cookies)
        prefix = "__Host-" if server.tenant(other).secure else ""
        renamed = {f"{prefix}{name}.{other}": value for name, value in plain.items()}
        sent = "; ".join(f"{name}={value}" for name, value in (cookies | renamed).items())
        theirs = parties[other].beside(server.browser(other))
        answer = await theirs.browser.client.get(theirs.url(prompt="none"), headers={"cookie": sent})
        assert returned(answer)["error"] == "login_required", (one, other)


async def test_one_name_is_another_person_at_every_tenant(server: Server) -> None:
    await with_tenants(server)
    subjects = set()
    for tenant_id in TENANTS:
        party = await signed_up(server, tenant_id)
        subjects.add(claims_of((await party.tokens())["id_token"])["sub"])
    assert len(subjects) == 3
    stranger = await relying_party(server, tenant_id="acme")
    page = await stranger.browser.sign_in(stranger.id, CALLBACK, "ada", "another password of the same name")
    assert page.status_code == 422


async def test_two_sessions_of_two_tenants_live_in_one_browser(server: Server) -> None:
    await with_tenants(server)
    ours, theirs = await signed_up(server, "default"), await relying_party(server, tenant_id="acme")
    browser = type(ours.browser)(ours.browser.client, server.tenant("acme").base_url)
    theirs = theirs.beside(browser)
    await theirs.sign_up("bob")
    assert claims_of((await ours.tokens())["id_token"])["username"] == "ada"
    assert claims_of((await theirs.tokens())["id_token"])["username"] == "bob"
    page = await ours.browser.get("/oidc/session/end")
    await ours.browser.submit(page, {})
    assert returned(await ours.authorize(prompt="none"))["error"] == "login_required"
    assert "code" in returned(await theirs.authorize(prompt="none"))


async def test_cookies_carry_the_flags_of_their_origin(server: Server) -> None:
    await with_tenants(server)
    for tenant_id in TENANTS:
        tenant = server.tenant(tenant_id)
        party = await relying_party(server, tenant_id=tenant_id)
        answer = await party.browser.client.get(party.url(), headers=HTML)
        cookie = answer.headers["set-cookie"]
        name = f"__Host-interaction.{tenant_id}" if tenant.secure else f"interaction.{tenant_id}"
        assert cookie.startswith(f"{name}=")
        parts = cookie.split("; ")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(parts)
        assert ("Secure" in parts) is tenant.secure
        assert not [part for part in parts if part.lower().startswith("domain")]
        assert ("strict-transport-security" in answer.headers) is tenant.secure


async def test_a_tenant_with_an_origin_is_not_served_under_the_shared_one(server: Server) -> None:
    await with_tenants(server)
    async with server.client() as client:
        for path in (
            "/t/globex/oidc/jwks",
            "/t/globex/sign-in",
            "/.well-known/oauth-authorization-server/t/globex/oidc",
        ):
            assert (await client.get(path)).status_code == 404, path
    async with server.client("globex") as client:
        for path in ("/t/acme/oidc/jwks", "/t/globex/oidc/jwks", "/t/default/oidc/jwks"):
            assert (await client.get(path)).status_code == 404, path


async def test_an_unknown_tenant_is_not_found(server: Server) -> None:
    await with_tenants(server)
    for path in ["/t/", "/t/nobody", "/t/nobody/oidc/jwks", "/t/ACME/oidc/jwks", "/t/acme.x/oidc"]:
        async with server.client() as client:
            assert (await client.get(path)).status_code == 404
            assert (await client.get(path, headers=HTML)).status_code == 404


async def test_the_pages_of_a_tenant_stay_under_it(server: Server) -> None:
    await with_tenants(server)
    party = await relying_party(server, tenant_id="acme")
    page = await party.authorize()
    assert page.request.url.path == "/t/acme/sign-in"
    assert forms(page)[0].action.startswith("/t/acme/sign-in/password?")
    links: Any = [part.partition('"')[0] for part in page.text.split('href="')[1:]]
    assert links
    assert [link for link in links if not link.startswith("/t/acme/")] == []
    lost = await party.browser.get("/t/acme/nothing")
    assert lost.status_code == 404
    assert 'href="/static' not in lost.text
