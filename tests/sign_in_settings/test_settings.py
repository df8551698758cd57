"""The settings of a tenant's hosted pages: read as they were written, seen at once, changed by whoever may."""

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.app.seeding import ADMIN_EXPERIENCE
from narthex.credentials.attempts import Limit
from narthex.credentials.password_policy import PasswordRules
from narthex.sign_in_settings import service as sign_in_settings
from narthex.sign_in_settings.policies import new_password_rules, password_attempts
from narthex.sign_in_settings.schemas import (
    BrandingUrls,
    CharacterTypesPolicy,
    Color,
    Experience,
    LanguageInfo,
    LengthPolicy,
    LockoutPolicy,
    PasswordPolicy,
    RejectsPolicy,
    SignInMode,
    SignInSettings,
)
from tests.fixtures.server import NewServer, Server
from tests.fixtures.traces import rows

SYSTEM = system_actor("default")
NOBODY = Actor(ActorKind.USER, "default", "ada")
FULL = Experience(
    color=Color("#112233", False, "#445566"),
    branding=BrandingUrls("/logo.svg", "/dark.svg", "/favicon.ico"),
    hide_narthex_mark=True,
    language_info=LanguageInfo(False, "ja"),
    terms_of_use_url="https://a.example/terms",
    privacy_policy_url="https://a.example/privacy",
    support_email="help@a.example",
    support_website_url="https://a.example/help",
    sign_in_mode=SignInMode.REGISTER,
    password_policy=PasswordPolicy(
        LengthPolicy(4, 12), CharacterTypesPolicy(3), RejectsPolicy(False, False, False, ("ä", "b"))
    ),
    sentinel_policy=LockoutPolicy(3, 7),
)


async def read(server: Server, tenant_id: str = "default") -> SignInSettings:
    return await sign_in_settings.read(server.runtime, tenant_id)


async def change(server: Server, experience: Experience, actor: Actor = SYSTEM) -> None:
    async with server.runtime.database.write("default") as tx:
        await sign_in_settings.change(tx, actor, server.runtime, experience)


async def put(server: Server, language: str, phrases: dict[str, str], actor: Actor = SYSTEM) -> None:
    async with server.runtime.database.write("default") as tx:
        await sign_in_settings.put_phrases(tx, actor, server.runtime, language, phrases)


async def test_a_tenant_begins_with_the_usual_ones(server: Server) -> None:
    assert await read(server) == SignInSettings(Experience(), {})
    assert password_attempts(await read(server)) == Limit(10, 15 * 60_000)
    assert new_password_rules(await read(server)) == PasswordRules()


async def test_they_are_read_as_they_were_written_and_at_once(server: Server) -> None:
    assert (await read(server)).experience == Experience()
    await change(server, FULL)
    assert (await read(server)).experience == FULL
    assert (await read(server, "admin")).experience == ADMIN_EXPERIENCE


async def test_policies_come_from_them(server: Server) -> None:
    await change(server, FULL)
    settings = await read(server)
    assert password_attempts(settings) == Limit(3, 7 * 60_000)
    rules = new_password_rules(settings)
    assert rules == PasswordRules(4, 12, 3, no_common=False, no_runs=False, no_user_info=False, words=("ä", "b"))


@pytest.mark.parametrize(
    ("mode", "sign_in", "sign_up"),
    [
        (SignInMode.SIGN_IN, True, False),
        (SignInMode.REGISTER, False, True),
        (SignInMode.SIGN_IN_AND_REGISTER, True, True),
    ],
)
def test_what_a_mode_offers(mode: SignInMode, sign_in: bool, sign_up: bool) -> None:
    settings = SignInSettings(Experience(sign_in_mode=mode))
    assert (settings.sign_in_is_on, settings.sign_up_is_on) == (sign_in, sign_up)


async def test_phrases_are_replaced_by_language_and_taken_away(server: Server) -> None:
    await put(server, "en", {"sign_in.submit": "Go in", "register.submit": "Join"})
    await put(server, "ja", {"sign_in.submit": "入る"})
    await put(server, "en", {"sign_in.submit": "Enter"})
    assert (await read(server)).custom_phrases == {"en": {"sign_in.submit": "Enter"}, "ja": {"sign_in.submit": "入る"}}
    await put(server, "ja", {})
    assert (await read(server)).custom_phrases == {"en": {"sign_in.submit": "Enter"}}
    assert (await read(server, "admin")).custom_phrases == {}


async def test_every_change_needs_the_right_to(server: Server) -> None:
    with pytest.raises(NotPermitted):
        await change(server, FULL, NOBODY)
    with pytest.raises(NotPermitted):
        await put(server, "en", {"a": "b"}, NOBODY)
    with pytest.raises(NotPermitted):
        async with server.runtime.database.write("default") as tx:
            await sign_in_settings.create(tx, NOBODY, FULL)
    assert await read(server) == SignInSettings(Experience(), {})
    assert await rows(server, "custom_phrases") == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_another_node_sees_a_change_at_its_next_poll(new_server: NewServer) -> None:
    first, second = await new_server(), await new_server()
    assert (await read(second)).experience == Experience()
    await change(first, FULL)
    await put(first, "en", {"sign_in.submit": "Go in"})
    await second.app.directory.refresh()
    assert await read(second) == SignInSettings(FULL, {"en": {"sign_in.submit": "Go in"}})
