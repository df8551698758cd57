"""Tenants: made whole or not at all, found by host or path, deleted with everything in them."""

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.app import create_tenant, ensure_seeded
from narthex.applications import service as applications
from narthex.applications.schemas import DEMO_APPLICATION_ID
from narthex.tenants import service as tenants
from narthex.tenants.directory import host_of
from narthex.tenants.schemas import Tenant
from narthex.tenants.service import TenantInvalid
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.traces import dump, rows

SYSTEM = system_actor("acme")


async def made(server: Server, tenant_id: str, origin: str | None = None, actor: Actor = SYSTEM) -> None:
    await create_tenant(server.runtime, actor, tenant_id, "Acme", origin)


async def ids(server: Server) -> set[str]:
    return {row.tenant_id for row in await tenants.every(server.runtime.database)}


async def test_a_new_server_has_two_tenants_and_makes_them_once(server: Server) -> None:
    assert await ids(server) == {"default", "admin"}
    assert not await ensure_seeded(server.runtime)


async def test_a_tenant_has_what_it_needs(server: Server) -> None:
    await made(server, "acme")
    found = {
        name: len([row for row in all_rows if row["tenant_id"] == "acme"])
        for name, all_rows in (await dump(server)).items()
    }
    assert {name for name, count in found.items() if count} == {
        *("tenants", "signing_keys", "sign_in_settings", "resources", "scopes", "roles", "role_scopes", "applications"),
    }
    (resource,) = await rows(server, "resources", "acme")
    assert resource["indicator"] == "https://acme.logto.app/api"
    assert len(await rows(server, "signing_keys", "acme")) == 2


@pytest.mark.parametrize(
    "tenant_id", ["", "A", "acme_1", "-acme", "acme-", "a" * 33, "acme/x", "ac me", "ácme", "acme\n"]
)
async def test_an_id_that_cannot_be_used_is_refused(server: Server, tenant_id: str) -> None:
    with pytest.raises(TenantInvalid) as refused:
        await made(server, tenant_id)
    assert refused.value.status == 422
    assert "tenant id" in refused.value.text
    assert await ids(server) == {"default", "admin"}


BAD_ORIGINS = [
    "login.acme.example",
    "ftp://login.acme.example",
    "https://",
    "https://login.acme.example/path",
    "https://login.acme.example?x",
    "https://user@login.acme.example",
    "https://login.acme.example:port",
    "javascript:alert(1)",
    "https://ácme.example",
    "https://login.acme.example\\evil.example",
    "http://login.acme.example",
]


@pytest.mark.parametrize("origin", BAD_ORIGINS)
async def test_an_origin_that_cannot_be_used_is_refused(server: Server, origin: str) -> None:
    with pytest.raises(TenantInvalid) as refused:
        await made(server, "acme", origin)
    assert "origin" in refused.value.text
    assert await ids(server) == {"default", "admin"}


async def test_an_id_and_an_origin_are_had_once(server: Server) -> None:
    await made(server, "acme", "https://login.acme.example")
    for tenant_id, origin in [
        ("acme", None),
        ("beta", "https://login.acme.example"),
        ("beta", "https://LOGIN.acme.example"),
    ]:
        with pytest.raises(TenantInvalid):
            await made(server, tenant_id, origin)
    assert await ids(server) == {"default", "admin", "acme"}
    assert len(await rows(server, "signing_keys", "acme")) == 2, "the one that was there stays as it was"


async def test_making_one_needs_the_right_to(server: Server) -> None:
    with pytest.raises(NotPermitted):
        await made(server, "acme", actor=Actor(ActorKind.VISITOR, "acme"))
    assert await ids(server) == {"default", "admin"}


async def test_one_that_cannot_be_furnished_is_not_left_behind(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("half way")

    monkeypatch.setattr(applications, "create_demo", broken)
    with pytest.raises(RuntimeError, match="half way"):
        await made(server, "acme")
    left = [row for all_rows in (await dump(server)).values() for row in all_rows if row["tenant_id"] == "acme"]
    assert left == []


async def test_one_is_deleted_with_everything_in_it(server: Server) -> None:
    await server.add_tenant("acme")
    application = await server.application(tenant_id="acme", is_third_party=True)
    browser = server.browser("acme")
    page = await browser.sign_up(application.application_id, CALLBACK)
    await browser.submit(page, {"decision": "allow"})
    async with server.runtime.database.write(None) as tx:
        assert await tenants.delete(tx, SYSTEM, "acme")
        assert not await tenants.delete(tx, SYSTEM, "acme")
    kept = await dump(server)
    assert [name for name, all_rows in kept.items() if any(row["tenant_id"] == "acme" for row in all_rows)] == []
    assert len(kept["tenants"]) == 2
    await server.app.directory.refresh()
    assert server.app.directory.get("acme") is None


async def test_a_change_of_configuration_counts_up(server: Server) -> None:
    async def version() -> int:
        return next(
            row.config_version for row in await tenants.every(server.runtime.database) if row.tenant_id == "default"
        )

    before = await version()
    for _ in range(2):
        await server.application()
    assert await version() >= before + 2


async def test_a_change_that_is_undone_is_no_change(server: Server) -> None:
    application = await applications.find(server.runtime, server.tenant(), DEMO_APPLICATION_ID)
    assert application is not None

    async def undone() -> None:
        async with server.runtime.database.write("default") as tx:
            await tenants.bump_config_version(tx, server.runtime.cache)
            raise RuntimeError("undone")

    with pytest.raises(RuntimeError):
        await undone()
    assert server.runtime.cache.peek("default", ("application", DEMO_APPLICATION_ID)) is application
    async with server.runtime.database.write("default") as tx:
        await tenants.bump_config_version(tx, server.runtime.cache)
    assert server.runtime.cache.peek("default", ("application", DEMO_APPLICATION_ID)) is None


TENANTS = [
    (Tenant("default", "D", "http://localhost:3001"), "http://localhost:3001", "", False),
    (Tenant("acme", "A", "http://localhost:3001/t/acme"), "http://localhost:3001", "/t/acme", False),
    (Tenant("beta", "B", "https://login.beta.example"), "https://login.beta.example", "", True),
    (Tenant("acme", "A", "https://base.example/t/acme"), "https://base.example", "/t/acme", True),
]


@pytest.mark.parametrize(("tenant", "origin", "base_path", "secure"), TENANTS)
def test_what_follows_from_the_address_of_a_tenant(tenant: Tenant, origin: str, base_path: str, secure: bool) -> None:
    assert (tenant.origin, tenant.base_path, tenant.secure) == (origin, base_path, secure)
    assert tenant.issuer == f"{tenant.base_url}/oidc"
    assert tenant.cookie_name("session") == f"{'__Host-' if secure else ''}session.{tenant.id}"
    assert host_of(tenant.base_url) == origin.partition("://")[2]


async def test_a_request_is_placed(server: Server) -> None:
    await server.add_tenant("acme", "https://login.acme.example")
    await server.add_tenant("beta")
    place = server.app.directory.place

    def placed(host: str, path: str) -> tuple[str | None, str]:
        tenant, inner = place(host, path)
        return tenant.id if tenant else None, inner

    base = "localhost:3001"
    assert placed(base, "/oidc/auth") == ("default", "/oidc/auth")
    assert placed(base, "/t/beta/oidc/auth") == ("beta", "/oidc/auth")
    assert placed(base, "/t/beta") == ("beta", "/")
    assert placed(base, "/t/beta//oidc/auth") == ("beta", "/oidc/auth")
    assert placed("login.acme.example", "/oidc/auth") == ("acme", "/oidc/auth")
    assert placed("login.acme.example", "/t/beta/oidc/auth") == ("acme", "/t/beta/oidc/auth")
    for path in ("/t/acme/x", "/t/default/x", "/t/nobody/x", "/t//x", "/t/"):
        assert placed(base, path)[0] is None, path
    assert [server.app.directory.knows_host(host) for host in (base, "login.acme.example", "evil.example", "")] == [
        *(True, True, False, False),
    ]
