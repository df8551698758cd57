"""Changing and removing applications: only what was named, all of it checked, and seen at once."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.applications import editing, queries
from narthex.applications import service as applications
from narthex.applications.editing import BuiltIn
from narthex.applications.schemas import ADMIN_CONSOLE_APPLICATION_ID, DEMO_APPLICATION_ID, ApplicationDetails
from narthex.applications.schemas import ApplicationChange as Change
from narthex.applications.types import ApplicationType
from narthex.kit.errors import EntityNotFound, InvalidInput
from tests.fixtures.server import CALLBACK, HOME, Server
from tests.fixtures.traces import events, rows

SYSTEM = system_actor("default")
NOBODY = Actor(ActorKind.USER, "default", "ada")
OIDC, CUSTOM = "oidcClientMetadata", "customClientMetadata"


async def update(
    server: Server, application_id: str, actor: Actor = SYSTEM, tenant_id: str = "default", **fields: Any
) -> ApplicationDetails:
    async with server.runtime.database.write(tenant_id) as tx:
        return await editing.update(tx, actor, server.runtime, application_id, Change(**fields))


async def delete(server: Server, application_id: str, actor: Actor = SYSTEM, tenant_id: str = "default") -> None:
    async with server.runtime.database.write(tenant_id) as tx:
        await editing.delete(tx, actor, server.runtime, application_id)


async def details(server: Server, application_id: str, tenant_id: str = "default") -> ApplicationDetails:
    async with server.runtime.database.read(tenant_id) as reader:
        return await queries.get(reader, application_id)


async def version(server: Server) -> int:
    return int((await rows(server, "tenants"))[0]["config_version"])


CHANGES: list[dict[str, Any]] = [
    {"name": "Bücher & <more>"},
    {"description": "about it"},
    {"description": None},
    {"framework": "web-flask"},
    {"custom_data": {"a": [1, None, {"b": "ü"}]}},
    {"is_third_party": True},
]
METADATA: list[dict[str, Any]] = [
    {"redirect_uris": ("https://a.example/cb", "https://b.example/cb")},
    {"redirect_uris": ()},
    {"post_logout_redirect_uris": ("https://a.example/",)},
    {"backchannel_logout_uri": "https://a.example/out", "backchannel_logout_session_required": True},
    {"logo_uri": "https://a.example/logo.png"},
]
CUSTOMS: list[dict[str, Any]] = [
    {"cors_allowed_origins": ("https://c.example", "http://localhost:5173")},
    {"id_token_ttl": 60},
    {"refresh_token_ttl": 600},
    {"refresh_token_ttl_in_days": 180},
    {"always_issue_refresh_token": True},
    {"rotate_refresh_token": False},
]


async def test_each_field_changes_by_itself(server: Server) -> None:
    application_id = (await server.application(description="x", custom_data={"x": 1})).application_id
    expected = await details(server, application_id)
    for fields in CHANGES:
        expected = replace(expected, **fields)
        assert await update(server, application_id, **fields) == expected == await details(server, application_id)
    for fields in METADATA:
        expected = replace(expected, oidc_client_metadata=replace(expected.oidc_client_metadata, **fields))
        assert await update(server, application_id, **fields) == expected == await details(server, application_id)
    for fields in CUSTOMS:
        expected = replace(expected, custom_client_metadata=replace(expected.custom_client_metadata, **fields))
        assert await update(server, application_id, **fields) == expected == await details(server, application_id)


async def test_a_change_is_seen_at_once_and_told(server: Server) -> None:
    application_id = (await server.application()).application_id
    found = await applications.find(server.runtime, server.tenant(), application_id)
    assert found is not None
    before = await version(server)
    await update(server, application_id, name="Other", redirect_uris=("https://new.example/cb",))
    found = await applications.find(server.runtime, server.tenant(), application_id)
    assert found is not None
    assert (found.name, found.oidc.redirect_uris) == ("Other", ("https://new.example/cb",))
    assert "https://new.example" in await applications.all_origins(server.runtime, server.tenant())
    assert await version(server) == before + 1
    (told,) = await events(server.runtime, "Application.Update")
    assert (told.application_id, told.payload["fields"]) == (application_id, ["name", "redirect_uris"])


async def test_nothing_is_told_where_nothing_changes(server: Server) -> None:
    application_id = (await server.application()).application_id
    before = await version(server)
    await update(server, application_id)
    await update(server, application_id, name="Bookstore", redirect_uris=(CALLBACK,))
    assert await version(server) == before
    assert await events(server.runtime, "Application.Update") == []


BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": " "}, "name"),
    ({"name": "x" * 257}, "name"),
    ({"name": "a\u202eb"}, "name"),
    ({"description": "x" * 2049}, "description"),
    ({"framework": "../x"}, "framework"),
    ({"custom_data": {"a": "x" * 33_000}}, "customData"),
    ({"custom_data": {"a": object()}}, "customData"),
    ({"redirect_uris": (CALLBACK, HOME, "https://*.example")}, f"{OIDC}.redirectUris[2]"),
    ({"redirect_uris": ("myapp://cb",)}, f"{OIDC}.redirectUris[0]"),
    ({"redirect_uris": ("https://a.example/" + "x" * 2048,)}, f"{OIDC}.redirectUris[0]"),
    ({"post_logout_redirect_uris": ("javascript:x",)}, f"{OIDC}.postLogoutRedirectUris[0]"),
    ({"cors_allowed_origins": ("https://a.example/path",)}, f"{CUSTOM}.corsAllowedOrigins[0]"),
    ({"cors_allowed_origins": ("http://a.example",)}, f"{CUSTOM}.corsAllowedOrigins[0]"),
    ({"cors_allowed_origins": ("*",)}, f"{CUSTOM}.corsAllowedOrigins[0]"),
    ({"cors_allowed_origins": ("https://a.example",) * 101}, f"{CUSTOM}.corsAllowedOrigins"),
    ({"id_token_ttl": 59}, f"{CUSTOM}.idTokenTtl"),
    ({"id_token_ttl": 86_401}, f"{CUSTOM}.idTokenTtl"),
    ({"refresh_token_ttl": 0}, f"{CUSTOM}.refreshTokenTtl"),
    ({"refresh_token_ttl_in_days": 0}, f"{CUSTOM}.refreshTokenTtlInDays"),
    ({"refresh_token_ttl_in_days": 181}, f"{CUSTOM}.refreshTokenTtlInDays"),
    ({"refresh_token_ttl_in_days": -(2**60)}, f"{CUSTOM}.refreshTokenTtlInDays"),
    *(
        ({"backchannel_logout_uri": uri}, f"{OIDC}.backchannelLogoutUri")
        for uri in ("", "x", "ftp://a", "https://", "https://a/#x", "https://u@a/", "https://a b", "https://a:x", "a:b")
    ),
    ({"logo_uri": "data:image/png;base64,AA"}, f"{OIDC}.logoUri"),
]


async def test_bad_values_name_their_field_and_change_nothing(server: Server) -> None:
    application_id = (await server.application()).application_id
    before = await details(server, application_id)
    for fields, named in BAD:
        with pytest.raises(InvalidInput) as refused:
            await update(server, application_id, **fields)
        assert refused.value.data == {"field": named}, fields
    assert await details(server, application_id) == before
    assert await events(server.runtime, "Application.Update") == []


async def test_a_type_has_what_it_may_have(server: Server) -> None:
    machine = (await server.machine(with_role=False)).application_id
    native = (await server.application(ApplicationType.NATIVE)).application_id
    await update(server, native, redirect_uris=("io.example.app://callback",))
    for fields in ({"redirect_uris": (CALLBACK,)}, {"is_third_party": True}):
        with pytest.raises(InvalidInput):
            await update(server, machine, **fields)


async def test_origins_are_kept_as_browsers_write_them(server: Server) -> None:
    application_id = (await server.application()).application_id
    given = ("HTTPS://A.example:443/", "https://a.example", "https://b.example:8443")
    changed = await update(server, application_id, cors_allowed_origins=given)
    assert changed.custom_client_metadata.cors_allowed_origins == ("https://a.example", "https://b.example:8443")


async def test_two_who_change_different_fields_at_once_do_not_undo_each_other(server: Server) -> None:
    application_id = (await server.application()).application_id
    await asyncio.gather(
        update(server, application_id, name="Other"),
        update(server, application_id, cors_allowed_origins=("https://a.example",)),
        update(server, application_id, id_token_ttl=100),
        update(server, application_id, custom_data={"a": 1}),
    )
    found = await details(server, application_id)
    custom = found.custom_client_metadata
    assert (found.name, found.custom_data) == ("Other", {"a": 1})
    assert (custom.cors_allowed_origins, custom.id_token_ttl) == (("https://a.example",), 100)


async def test_one_that_was_deleted_is_gone_with_all_of_its_own(server: Server) -> None:
    made = await server.machine()
    assert await applications.find(server.runtime, server.tenant(), made.application_id) is not None
    before = await version(server)
    await delete(server, made.application_id)
    assert await applications.find(server.runtime, server.tenant(), made.application_id) is None
    assert await rows(server, "application_secrets") == await rows(server, "application_roles") == []
    assert await version(server) == before + 1
    (told,) = await events(server.runtime, "Application.Delete")
    assert told.application_id == made.application_id
    with pytest.raises(EntityNotFound):
        await delete(server, made.application_id)


async def test_what_is_part_of_the_server_stays(server: Server) -> None:
    before = await details(server, DEMO_APPLICATION_ID)
    for application_id in (DEMO_APPLICATION_ID, ADMIN_CONSOLE_APPLICATION_ID):
        with pytest.raises(BuiltIn) as refused:
            await delete(server, application_id)
        assert (refused.value.code, refused.value.status) == ("application.built_in", 422)
        with pytest.raises(BuiltIn):
            await update(server, application_id, name="Mine")
    assert await details(server, DEMO_APPLICATION_ID) == before


async def test_another_tenant_can_do_nothing_to_it(server: Server) -> None:
    application_id = (await server.application()).application_id
    before = await details(server, application_id)
    other = system_actor("admin")
    for unknown, tenant_id, actor in ((application_id, "admin", other), ("nothing", "default", SYSTEM)):
        with pytest.raises(EntityNotFound) as refused:
            await update(server, unknown, actor, tenant_id, name="Mine")
        assert (refused.value.code, refused.value.status) == ("entity.not_exists_with_id", 404)
        with pytest.raises(EntityNotFound):
            await delete(server, unknown, actor, tenant_id)
        with pytest.raises(EntityNotFound):
            await details(server, unknown, tenant_id)
    assert await details(server, application_id) == before


async def test_every_change_needs_the_right_to(server: Server) -> None:
    application_id = (await server.application()).application_id
    before = await details(server, application_id)
    with pytest.raises(NotPermitted):
        await update(server, application_id, NOBODY, name="Mine")
    with pytest.raises(NotPermitted):
        await delete(server, application_id, NOBODY)
    assert await details(server, application_id) == before
