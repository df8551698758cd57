"""Applications: made with what their type may have, read with their secrets, and seen at once when they change."""

from typing import Any

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.applications import client_secrets
from narthex.applications import service as applications
from narthex.applications.schemas import (
    DEMO_APPLICATION_ID,
    Application,
    CustomClientMetadata,
    NewApplication,
    OidcClientMetadata,
)
from narthex.applications.service import Credentials
from narthex.applications.types import RULES, ApplicationType
from narthex.kit.digests import digest
from narthex.kit.errors import InvalidInput
from tests.fixtures.server import CALLBACK, HOME, Server
from tests.fixtures.traces import events, rows

SYSTEM = system_actor("default")
WEB = ApplicationType.TRADITIONAL


async def create(server: Server, kind: ApplicationType = WEB, actor: Actor = SYSTEM, **fields: Any) -> Credentials:
    async with server.runtime.database.write("default") as tx:
        return await applications.create(
            tx, actor, server.runtime, NewApplication(**{"name": "App", "type": kind} | fields)
        )


async def found(server: Server, application_id: str, tenant_id: str = "default") -> Application | None:
    return await applications.find(server.runtime, server.tenant(tenant_id), application_id)


@pytest.mark.parametrize("kind", ApplicationType)
async def test_each_type_gets_what_it_may_have(server: Server, kind: ApplicationType) -> None:
    made = await create(server, kind)
    application = await found(server, made.application_id)
    assert application is not None
    assert (application.type, application.name, application.is_third_party) == (kind, "App", False)
    assert (made.secret is not None) == RULES[kind].is_confidential == bool(application.secrets)
    if made.secret is not None:
        assert [(one.name, one.value_hash, one.expires_at) for one in application.secrets] == [
            ("Default secret", digest(made.secret), None)
        ]
    (row,) = [
        one for one in await events(server.runtime, "Application.Create") if one.application_id == made.application_id
    ]
    assert made.secret is None or made.secret not in str(row.payload)


async def test_it_is_read_as_it_was_made(server: Server) -> None:
    custom = CustomClientMetadata(("https://a.example",), 60, 70, 80, True, False)
    made = await create(
        server,
        ApplicationType.SPA,
        name="Bücher & <more>",
        redirect_uris=(CALLBACK, "https://b.example/cb"),
        post_logout_redirect_uris=(HOME,),
        custom=custom,
        description="about it",
        is_third_party=True,
        custom_data={"a": [1, None, "ü"]},
    )
    application = await found(server, made.application_id)
    assert application is not None
    assert application.name == "Bücher & <more>"
    assert application.oidc.redirect_uris == (CALLBACK, "https://b.example/cb")
    assert application.oidc.post_logout_redirect_uris == (HOME,)
    assert (application.custom, application.is_third_party) == (custom, True)
    assert application.origins == {"http://localhost:3000", "https://b.example", "https://a.example"}


OIDC, CUSTOM = "oidcClientMetadata", "customClientMetadata"
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "   "}, "name"),
    ({"name": "x" * 257}, "name"),
    ({"name": "App\u202eppa"}, "name"),
    ({"name": "A\x00pp"}, "name"),
    ({"description": "x" * 2049}, "description"),
    ({"framework": "Not a guide"}, "framework"),
    ({"framework": "x" * 33}, "framework"),
    ({"custom_data": {"a": "x" * 40_000}}, "customData"),
    ({"redirect_uris": (CALLBACK, "javascript:x")}, f"{OIDC}.redirectUris[1]"),
    ({"redirect_uris": tuple(f"{CALLBACK}/{number}" for number in range(101))}, f"{OIDC}.redirectUris"),
    ({"post_logout_redirect_uris": ("https://*.example",)}, f"{OIDC}.postLogoutRedirectUris[0]"),
    ({"oidc": OidcClientMetadata(backchannel_logout_uri="ftp://x")}, f"{OIDC}.backchannelLogoutUri"),
    ({"custom": CustomClientMetadata(("https://a.example", "nonsense"))}, f"{CUSTOM}.corsAllowedOrigins[1]"),
    ({"custom": CustomClientMetadata(refresh_token_ttl_in_days=181)}, f"{CUSTOM}.refreshTokenTtlInDays"),
    ({"type": ApplicationType.MACHINE_TO_MACHINE, "redirect_uris": (CALLBACK,)}, f"{OIDC}.redirectUris"),
    ({"type": ApplicationType.MACHINE_TO_MACHINE, "is_third_party": True}, "isThirdParty"),
    ({"type": ApplicationType.SAML, "is_third_party": True}, "isThirdParty"),
]


async def test_bad_input_names_its_field_and_makes_nothing(server: Server) -> None:
    before = await rows(server, "applications")
    for fields, named in REFUSED:
        with pytest.raises(InvalidInput) as refused:
            await create(server, **fields)
        assert (refused.value.code, refused.value.status) == ("guard.invalid_input", 400)
        assert refused.value.data == {"field": named}
        assert refused.value.text.startswith(f"{named}: ")
    assert await rows(server, "applications") == before
    assert await rows(server, "application_secrets") == []
    assert await events(server.runtime, "Application.Create") == []


async def test_making_one_needs_the_right_to(server: Server) -> None:
    nobody = Actor(ActorKind.USER, "default", "ada")
    made = await create(server)
    with pytest.raises(NotPermitted):
        await create(server, actor=nobody)
    with pytest.raises(NotPermitted):
        async with server.runtime.database.write("default") as tx:
            await client_secrets.add_secret(tx, nobody, server.runtime, made.application_id, "mine")
    assert len(await rows(server, "applications")) == 2
    assert len(await rows(server, "application_secrets")) == 1


async def test_nobody_knows_what_is_not_there(server: Server) -> None:
    made = await create(server)
    for application_id in ("", "nobody", "x" * 5000, made.application_id.upper()):
        assert await found(server, application_id) is None
    assert await found(server, made.application_id, "admin") is None


async def test_the_demo_app_lives_where_its_tenant_does(server: Server) -> None:
    await server.add_tenant("acme", "https://login.acme.example")
    for tenant_id in ("default", "admin", "acme"):
        demo = await found(server, DEMO_APPLICATION_ID, tenant_id)
        home = f"{server.tenant(tenant_id).base_url}/demo-app"
        assert demo is not None
        assert demo.oidc.redirect_uris == (f"{home}/callback",)
        assert demo.oidc.post_logout_redirect_uris == (home,)
        assert not demo.secrets


async def test_the_origins_of_all_applications_are_known_together(server: Server) -> None:
    await create(server, redirect_uris=("https://one.example/cb", "https://one.example/other"))
    await create(server, ApplicationType.NATIVE, redirect_uris=("myapp://x", "http://127.0.0.1:5/cb"))
    assert await applications.all_origins(server.runtime, server.tenant()) == {
        "https://one.example",
        "http://127.0.0.1:5",
    }
    await create(server, custom=CustomClientMetadata(("https://two.example",)))
    assert "https://two.example" in await applications.all_origins(server.runtime, server.tenant())
    assert "https://two.example" not in await applications.all_origins(server.runtime, server.tenant("admin"))
