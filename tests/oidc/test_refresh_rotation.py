"""When a refresh token is given, when it is replaced, and how long it lives. Wire: logto-api.md 1.5, 1.10."""

import pytest

from narthex.applications.schemas import CustomClientMetadata
from narthex.applications.types import ApplicationType
from tests.fixtures.server import Server
from tests.oidc.relying_party import RelyingParty, answered, claims_of, refused, relying_party

PUBLIC = [ApplicationType.SPA, ApplicationType.NATIVE]
KINDS = [ApplicationType.TRADITIONAL, *PUBLIC]
DAYS = 24 * 3600


async def first_token(party: RelyingParty) -> str:
    """A refresh token of somebody new."""
    token: str = answered(await party.redeem(await party.sign_up()))["refresh_token"]
    return token


async def refreshed(party: RelyingParty, token: str) -> str:
    """What the next use of the token gives back."""
    following: str = answered(await party.refresh(token))["refresh_token"]
    return following


@pytest.mark.parametrize("kind", PUBLIC)
async def test_a_public_client_gets_another_one_each_time(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind)
    tokens = [await first_token(party)]
    for _ in range(3):
        tokens.append(await refreshed(party, tokens[-1]))
    assert len(set(tokens)) == 4


async def test_a_confidential_client_keeps_its_token_for_70_percent_of_its_life(server: Server) -> None:
    party = await relying_party(server)
    token = await first_token(party)
    assert await refreshed(party, token) == token
    share = 14 * DAYS * 7 // 10
    server.clock.advance(seconds=share - 1)
    assert await refreshed(party, token) == token
    server.clock.advance(seconds=1)
    following = await refreshed(party, token)
    assert following != token
    # The new one has a whole life before it.
    server.clock.advance(seconds=share - 1)
    assert await refreshed(party, following) == following


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_rotates_where_it_is_off(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind, custom=CustomClientMetadata(rotate_refresh_token=False))
    token = await first_token(party)
    assert await refreshed(party, token) == token
    server.clock.advance(days=13)
    assert await refreshed(party, token) == token
    server.clock.advance(days=1)
    refused(await party.refresh(token))


async def test_a_native_chain_renews_itself_and_a_browser_chain_does_not(server: Server) -> None:
    native, spa = await relying_party(server, ApplicationType.NATIVE), await relying_party(server, ApplicationType.SPA)
    of_native = await first_token(native)
    await spa.sign_up("bob")
    token = (await spa.tokens())["refresh_token"]
    server.clock.advance(days=10)
    of_native, token = await refreshed(native, of_native), await refreshed(spa, token)
    server.clock.advance(days=4)
    refused(await spa.refresh(token))
    server.clock.advance(days=5)
    await refreshed(native, of_native)


async def test_a_chain_is_not_rotated_beyond_a_year(server: Server) -> None:
    custom = CustomClientMetadata(refresh_token_ttl_in_days=180)
    party = await relying_party(server, ApplicationType.NATIVE, custom=custom)
    token = await first_token(party)
    # A grant ends after 180 days, so that a chain of a year would need a longer grant; it ends with the grant.
    server.clock.advance(days=170)
    token = await refreshed(party, token)
    server.clock.advance(days=10)
    refused(await party.refresh(token))


@pytest.mark.parametrize(
    ("custom", "seconds"),
    [
        (CustomClientMetadata(), 14 * DAYS),
        (CustomClientMetadata(refresh_token_ttl_in_days=1), DAYS),
        (CustomClientMetadata(refresh_token_ttl_in_days=90), 90 * DAYS),
        (CustomClientMetadata(refresh_token_ttl=600), 600),
    ],
    ids=["default", "one day", "ninety days", "ten minutes"],
)
async def test_a_token_lives_as_long_as_its_application_says(
    server: Server, custom: CustomClientMetadata, seconds: int
) -> None:
    party = await relying_party(
        server,
        custom=CustomClientMetadata(
            refresh_token_ttl=custom.refresh_token_ttl,
            refresh_token_ttl_in_days=custom.refresh_token_ttl_in_days,
            rotate_refresh_token=False,
        ),
    )
    token = await first_token(party)
    server.clock.advance(seconds=seconds - 1)
    await refreshed(party, token)
    server.clock.advance(seconds=1)
    refused(await party.refresh(token))


@pytest.mark.parametrize(
    ("kind", "given"),
    [(ApplicationType.TRADITIONAL, True), (ApplicationType.SPA, True), (ApplicationType.NATIVE, False)],
)
async def test_a_web_application_may_always_get_one(server: Server, kind: ApplicationType, given: bool) -> None:
    party = await relying_party(server, kind, custom=CustomClientMetadata(always_issue_refresh_token=True))
    await party.sign_up()
    tokens = await party.tokens(scope="openid", prompt=None)
    assert ("refresh_token" in tokens) is given
    if given:
        assert answered(await party.refresh(tokens["refresh_token"]))["scope"] == "openid"
        # Without offline access it ends with the session.
        await party.browser.get(f"/oidc/session/end?id_token_hint={tokens['id_token']}")
        refused(await party.refresh(tokens["refresh_token"]))


@pytest.mark.parametrize("kind", KINDS)
async def test_without_offline_access_there_is_none(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind)
    await party.sign_up()
    assert "refresh_token" not in await party.tokens(scope="openid profile")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_refresh_answer_always_has_a_refresh_token(server: Server, kind: ApplicationType) -> None:
    """One SDK overwrites what it has with what the answer has."""
    party = await relying_party(server, kind)
    token = await first_token(party)
    for scope in (None, "openid", "profile", "offline_access"):
        answer = answered(await party.refresh(token, scope=scope))
        token = answer["refresh_token"]
        assert token


@pytest.mark.parametrize("kind", KINDS)
async def test_offline_access_outlives_the_session(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind, custom=CustomClientMetadata(refresh_token_ttl_in_days=30))
    token = await first_token(party)
    server.clock.advance(days=20)
    answered(await party.refresh(token))


async def test_a_sign_out_of_another_application_leaves_offline_access(server: Server) -> None:
    party = await relying_party(server)
    token = await first_token(party)
    other = (await relying_party(server)).beside(party.browser)
    hint = (await other.tokens())["id_token"]
    await party.browser.get(f"/oidc/session/end?id_token_hint={hint}")
    assert claims_of(answered(await party.refresh(token))["id_token"])["aud"] == party.id
