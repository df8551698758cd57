"""Secrets of applications: several at once, shown only to those who may see them, and dead at once."""

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.applications import client_secrets
from narthex.applications import service as applications
from narthex.applications.client_secrets import NoSecrets, SecretNameTaken
from narthex.applications.schemas import SecretInfo, SecretValue
from narthex.applications.types import ApplicationType
from narthex.kit.digests import digest
from narthex.kit.errors import EntityNotFound, InvalidInput
from tests.fixtures.server import Server
from tests.fixtures.traces import contents, events

SYSTEM = system_actor("default")
NOBODY = Actor(ActorKind.USER, "default", "ada")
DAY = 24 * 60 * 60 * 1000


async def add(
    server: Server, application_id: str, name: str, expires_at: int | None = None, tenant_id: str = "default"
) -> str:
    async with server.runtime.database.write(tenant_id) as tx:
        return await client_secrets.add_secret(
            tx, system_actor(tenant_id), server.runtime, application_id, name, expires_at
        )


async def rename(server: Server, application_id: str, name: str, new_name: str, actor: Actor = SYSTEM) -> None:
    async with server.runtime.database.write(actor.tenant_id) as tx:
        await client_secrets.rename_secret(tx, actor, server.runtime, application_id, name, new_name)


async def delete(server: Server, application_id: str, name: str, actor: Actor = SYSTEM) -> None:
    async with server.runtime.database.write(actor.tenant_id) as tx:
        await client_secrets.delete_secret(tx, actor, server.runtime, application_id, name)


async def infos(server: Server, application_id: str, tenant_id: str = "default") -> list[SecretInfo]:
    async with server.runtime.database.read(tenant_id) as reader:
        return await client_secrets.secrets_of(reader, application_id)


async def reveal(server: Server, application_id: str, name: str, tenant_id: str = "default") -> str:
    async with server.runtime.database.read(tenant_id) as reader:
        return await client_secrets.reveal(server.runtime, reader, application_id, name)


async def accepted(server: Server, application_id: str) -> dict[str, str]:
    """Names by hash of the secrets that the protocol compares with."""
    application = await applications.find(server.runtime, server.tenant(), application_id)
    assert application is not None
    return {one.value_hash: one.name for one in application.secrets}


async def test_a_secret_is_listed_without_and_revealed_with_its_value(server: Server) -> None:
    made = await server.application()
    began = server.clock.now()
    server.clock.advance(seconds=1)
    second = await add(server, made.application_id, "second", began + DAY)
    assert await infos(server, made.application_id) == [
        SecretInfo("Default secret", began, None),
        SecretInfo("second", began + 1000, began + DAY),
    ]
    assert await reveal(server, made.application_id, "Default secret") == made.secret
    assert await reveal(server, made.application_id, "second") == second
    async with server.runtime.database.read("default") as reader:
        assert await client_secrets.revealed(server.runtime, reader, made.application_id) == [
            SecretValue(made.application_id, "Default secret", made.secret or "", began, None),
            SecretValue(made.application_id, "second", second, began + 1000, began + DAY),
        ]
    assert second not in await contents(server)


async def test_a_secret_is_over_at_its_moment(server: Server) -> None:
    made = await server.application()
    await add(server, made.application_id, "short", server.clock.now() + 1000)
    first, short = await infos(server, made.application_id)
    assert [short.is_expired(server.clock.now() + later) for later in (0, 999, 1000)] == [False, False, True]
    assert not first.is_expired(2**60)


async def test_a_new_secret_is_taken_at_once(server: Server) -> None:
    made = await server.application()
    assert len(await accepted(server, made.application_id)) == 1
    second = await add(server, made.application_id, "second")
    assert (await accepted(server, made.application_id))[digest(second)] == "second"
    (told,) = await events(server.runtime, "ApplicationSecret.Create")
    assert told.application_id == made.application_id
    assert told.payload["applicationSecret"] == {"name": "second"}
    assert second not in str(told.payload)


async def test_bad_secrets_are_refused(server: Server) -> None:
    made = await server.application()
    now = server.clock.now()
    for name in ("", " ", "x" * 257, "a\nb", "a\u202eb"):
        with pytest.raises(InvalidInput) as refused:
            await add(server, made.application_id, name)
        assert refused.value.data == {"field": "name"}
        with pytest.raises(InvalidInput):
            await rename(server, made.application_id, "Default secret", name)
    for expires_at in (now, now - 1, 0, -1, 2**63, 10**30):
        with pytest.raises(InvalidInput) as refused:
            await add(server, made.application_id, "second", expires_at)
        assert refused.value.data == {"field": "expiresAt"}
    with pytest.raises(SecretNameTaken) as taken:
        await add(server, made.application_id, "Default secret")
    assert (taken.value.code, taken.value.status) == ("application.secret_name_exists", 422)
    assert len(await infos(server, made.application_id)) == 1


@pytest.mark.parametrize("kind", [ApplicationType.SPA, ApplicationType.NATIVE])
async def test_a_public_client_gets_none(server: Server, kind: ApplicationType) -> None:
    made = await server.application(kind)
    with pytest.raises(NoSecrets) as refused:
        await add(server, made.application_id, "secret")
    assert (refused.value.code, refused.value.status) == ("application.no_secrets", 422)
    assert await infos(server, made.application_id) == []


async def test_a_secret_gets_another_name_and_stays_the_same(server: Server) -> None:
    made = await server.application()
    await add(server, made.application_id, "second")
    await rename(server, made.application_id, "Default secret", "first/ü")
    assert await reveal(server, made.application_id, "first/ü") == made.secret
    assert (await accepted(server, made.application_id))[digest(made.secret or "")] == "first/ü"
    with pytest.raises(EntityNotFound):
        await reveal(server, made.application_id, "Default secret")
    with pytest.raises(SecretNameTaken):
        await rename(server, made.application_id, "second", "first/ü")
    (told,) = await events(server.runtime, "ApplicationSecret.Update")
    assert told.payload["applicationSecret"] == {"name": "first/ü"}
    await rename(server, made.application_id, "second", "second")


async def test_a_deleted_secret_lets_nobody_in(server: Server) -> None:
    made = await server.application()
    second = await add(server, made.application_id, "second")
    await delete(server, made.application_id, "Default secret")
    assert await accepted(server, made.application_id) == {digest(second): "second"}
    (told,) = await events(server.runtime, "ApplicationSecret.Delete")
    assert told.payload["applicationSecret"] == {"name": "Default secret"}
    with pytest.raises(EntityNotFound):
        await delete(server, made.application_id, "Default secret")


async def test_another_tenant_sees_and_does_nothing(server: Server) -> None:
    made = await server.application()
    other = system_actor("admin")
    for attempt in (
        lambda: infos(server, made.application_id, "admin"),
        lambda: reveal(server, made.application_id, "Default secret", "admin"),
        lambda: add(server, made.application_id, "mine", tenant_id="admin"),
        lambda: rename(server, made.application_id, "Default secret", "mine", other),
        lambda: delete(server, made.application_id, "Default secret", other),
    ):
        with pytest.raises(EntityNotFound):
            await attempt()
    assert [one.name for one in await infos(server, made.application_id)] == ["Default secret"]


async def test_every_change_needs_the_right_to(server: Server) -> None:
    made = await server.application()
    with pytest.raises(NotPermitted):
        await rename(server, made.application_id, "Default secret", "mine", NOBODY)
    with pytest.raises(NotPermitted):
        await delete(server, made.application_id, "Default secret", NOBODY)
    assert [one.name for one in await infos(server, made.application_id)] == ["Default secret"]
