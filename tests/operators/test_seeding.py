"""What the tenant `admin` begins with, and what an older database gets."""

from sqlalchemy import delete

from narthex.app import ensure_seeded
from narthex.applications import service as applications
from narthex.applications.schemas import ADMIN_CONSOLE_APPLICATION_ID
from narthex.applications.tables import applications as table
from narthex.kit.database import statement
from narthex.sign_in_settings import service as sign_in_settings
from narthex.tenants.schemas import ADMIN_TENANT
from tests.fixtures.server import NewServer, Server

FORGET = statement(delete(table).where(table.c.id == ADMIN_CONSOLE_APPLICATION_ID))


async def test_the_console_is_an_application_of_the_operators_tenant(server: Server) -> None:
    console = await applications.find(server.runtime, server.tenant(ADMIN_TENANT), ADMIN_CONSOLE_APPLICATION_ID)
    assert console is not None
    assert (console.name, console.type, console.is_third_party) == ("Admin Console", "SPA", False)
    assert console.oidc.redirect_uris == ("http://localhost:3001/console/-/callback",)
    assert console.oidc.post_logout_redirect_uris == ("http://localhost:3001/console",)
    assert await applications.find(server.runtime, server.tenant(), ADMIN_CONSOLE_APPLICATION_ID) is None


async def test_its_addresses_follow_the_server(new_server: NewServer) -> None:
    await new_server()
    moved = await new_server({"NARTHEX_BASE_URL": "https://login.example.com"})
    console = await applications.find(moved.runtime, moved.tenant(ADMIN_TENANT), ADMIN_CONSOLE_APPLICATION_ID)
    assert console is not None
    assert console.oidc.redirect_uris == ("https://login.example.com/console/-/callback",)


async def test_an_older_database_gets_it_and_nothing_is_made_twice(server: Server) -> None:
    assert not await ensure_seeded(server.runtime)
    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        await tx.run(FORGET)
    assert await ensure_seeded(server.runtime)
    assert not await ensure_seeded(server.runtime)


async def test_operators_do_not_sign_up_and_have_long_passwords(server: Server) -> None:
    settings = await sign_in_settings.read(server.runtime, ADMIN_TENANT)
    assert not settings.sign_up_is_on
    assert settings.experience.password_policy.length.min == 12
    default = await sign_in_settings.read(server.runtime, "default")
    assert default.sign_up_is_on
    assert default.experience.password_policy.length.min == 8
