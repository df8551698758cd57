"""`LogtoClient` of ours against a stand-in that answers as the recorded wire does: every method, and the old faults."""

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fixtures.our_logto import OurClient, OurLogto, Refused
from tests.fixtures.stand_in import APP_ID, APP_SECRET, SUBJECT, StandIn

CALLBACK = "http://localhost:3000/callback"
API = "https://api.bookstore.example"
ORGANIZATIONS = "urn:logto:scope:organizations"


async def new_client(logto: OurLogto, stand_in: StandIn, **options: Any) -> OurClient:
    """A client of the stand-in."""
    endpoint, secret = options.pop("endpoint", stand_in.endpoint), options.pop("secret", APP_SECRET)
    return await logto.client(endpoint, APP_ID, secret, **options)


async def signed_in(logto: OurLogto, stand_in: StandIn, **options: Any) -> OurClient:
    """A client with somebody signed in."""
    client = await new_client(logto, stand_in, **options)
    await client.do("handleSignInCallback", stand_in.authorize(await client.do("signIn", CALLBACK)))
    return client


async def test_each_method_answers(our_logto: OurLogto, served_stand_in: StandIn) -> None:
    client = await signed_in(our_logto, served_stand_in, resources=[API])
    assert await client.do("isAuthenticated") is True
    assert (await client.do("getIdToken")).count(".") == 2
    assert await client.do("getRefreshToken") == "refresh-2"
    claims = await client.do("getIdTokenClaims")
    assert (claims["sub"], claims["aud"], claims["username"]) == (SUBJECT, APP_ID, "ada")
    assert (await client.do("getAccessToken")).startswith("opaque-")
    claims = await client.do("getAccessTokenClaims", API)
    assert (claims["aud"], claims["scope"], claims["client_id"]) == (API, "read:books", APP_ID)
    info = await client.do("fetchUserInfo")
    assert (info["sub"], info["custom_data"], info["roles"]) == (SUBJECT, {"shelf": 7}, ["reader"])
    assert await client.do("getOidcCore")
    url = await client.do("signOut", "http://localhost:3000/")
    assert parse_qs(urlsplit(url).query).keys() == {"client_id", "post_logout_redirect_uri"}
    assert await client.do("isAuthenticated") is False
    assert await client.do("kept") == {}
    assert served_stand_in.refresh_tokens == {}


async def test_check_20_organization_tokens_come_as_the_recorded_wire_has_them(
    our_logto: OurLogto, served_stand_in: StandIn
) -> None:
    client = await new_client(our_logto, served_stand_in, scopes=[ORGANIZATIONS], resources=[API])
    url = await client.do("signIn", CALLBACK)
    query = parse_qs(urlsplit(url).query)
    assert query["resource"] == [API, "urn:logto:resource:organizations"]
    assert query["scope"] == [f"{ORGANIZATIONS} openid offline_access profile"]
    await client.do("handleSignInCallback", served_stand_in.authorize(url))
    token = await client.do("getOrganizationToken", "acme")
    assert await client.do("getOrganizationToken", "acme") == token
    claims = await client.do("getOrganizationTokenClaims", "acme")
    assert (claims["aud"], claims["sub"]) == ("urn:logto:organization:acme", SUBJECT)
    assert list(served_stand_in.forms()[-1].items()) == [
        ("grant_type", "refresh_token"),
        ("client_id", APP_ID),
        ("client_secret", APP_SECRET),
        ("refresh_token", "refresh-2"),
        ("organization_id", "acme"),
    ]


async def test_organization_tokens_need_their_scope(our_logto: OurLogto, served_stand_in: StandIn) -> None:
    client = await signed_in(our_logto, served_stand_in)
    with pytest.raises(Refused, match=r"UserInfoScope\.organizations") as refused:
        await client.do("getOrganizationToken", "acme")
    assert "NarthexError" in refused.value.classes


async def test_the_code_is_exchanged_as_documented_and_a_public_client_sends_no_secret(
    our_logto: OurLogto, served_stand_in: StandIn
) -> None:
    await signed_in(our_logto, served_stand_in)
    await signed_in(our_logto, served_stand_in, secret=None)
    confidential, public = served_stand_in.forms()
    names = ["grant_type", "client_id", "client_secret", "redirect_uri", "code", "code_verifier"]
    assert list(confidential) == names
    assert list(public) == [name for name in names if name != "client_secret"]
    assert all("authorization" not in headers for _, _, headers in served_stand_in.asked)


async def test_what_is_kept_has_the_documented_form(our_logto: OurLogto, served_stand_in: StandIn) -> None:
    client = await new_client(our_logto, served_stand_in, resources=[API])
    url = await client.do("signIn", CALLBACK)
    kept = await client.do("kept")
    assert kept.keys() == {"signInSession"}
    for name in ("redirectUri", "codeVerifier", "state"):
        assert f'"{name}":' in kept["signInSession"]
    await client.do("handleSignInCallback", served_stand_in.authorize(url))
    token = await client.do("getAccessToken", API)
    kept = await client.do("kept")
    assert kept.keys() == {"idToken", "refreshToken", "accessTokenMap"}
    assert f'"{API}":{{"token":"{token}","expiresAt":' in kept["accessTokenMap"]


async def test_the_parameters_of_the_unreleased_version_are_sent(our_logto: OurLogto, served_stand_in: StandIn) -> None:
    client = await new_client(our_logto, served_stand_in)
    url = await client.do(
        "signIn",
        CALLBACK,
        interactionMode="signUp",
        firstScreen="identifier:register",
        identifiers=["username", "email"],
        directSignIn="social:google",
        extraParams={"ui_locales": "ja"},
    )
    query = parse_qs(urlsplit(url).query)
    assert query["interaction_mode"] == ["signUp"]
    assert query["first_screen"] == ["identifier:register"]
    assert query["identifier"] == ["username email"]
    assert query["direct_sign_in"] == ["social:google"]
    assert query["ui_locales"] == ["ja"]


async def test_two_clients_share_nothing_not_even_without_a_storage(
    our_logto: OurLogto, served_stand_in: StandIn
) -> None:
    ada = await signed_in(our_logto, served_stand_in, storage=None)
    grace = await new_client(our_logto, served_stand_in, storage=None)
    assert await ada.do("isAuthenticated") is True
    assert await grace.do("isAuthenticated") is False
    assert await grace.do("getAccessToken") is None
    with pytest.raises(Refused, match="nobody is signed in"):
        await grace.do("fetchUserInfo")
    assert served_stand_in.count("/oidc/me") == 0


async def test_an_asynchronous_storage_works_and_is_never_taken_for_a_signed_in_visitor(
    our_logto: OurLogto, served_stand_in: StandIn
) -> None:
    client = await signed_in(our_logto, served_stand_in, storage="asynchronous")
    assert (await client.do("fetchUserInfo"))["username"] == "ada"
    assert await client.do("session.is_authenticated") is True
    for method in ("isAuthenticated", "getIdToken", "getRefreshToken", "getIdTokenClaims"):
        with pytest.raises(Refused, match="asynchronous"):
            await client.do(method)


@pytest.mark.parametrize("rotates", [False, True])
async def test_five_at_once_make_one_refresh(our_logto: OurLogto, served_stand_in: StandIn, rotates: bool) -> None:
    client = await signed_in(our_logto, served_stand_in, resources=[API])
    served_stand_in.pause, served_stand_in.rotates = 0.1, rotates
    tokens = await our_logto.ask(*[client.command("getAccessToken", API)] * 5)
    assert len(set(tokens)) == 1
    assert len(served_stand_in.forms()) == 2


async def test_a_sign_in_forgets_the_tokens_before_it(our_logto: OurLogto, served_stand_in: StandIn) -> None:
    client = await signed_in(our_logto, served_stand_in)
    before = await client.do("getAccessToken")
    url = await client.do("signIn", CALLBACK)
    assert await client.do("isAuthenticated") is False
    await client.do("handleSignInCallback", served_stand_in.authorize(url))
    assert await client.do("getAccessToken") != before


@pytest.mark.parametrize("kept", ["", "garbage", "e30.e30.e30"])
async def test_is_authenticated_keeps_its_old_meaning(our_logto: OurLogto, served_stand_in: StandIn, kept: str) -> None:
    client = await new_client(our_logto, served_stand_in)
    await client.do("keep", idToken=kept)
    assert await client.do("isAuthenticated") is True
    assert await client.do("session.is_authenticated") is False


async def test_an_old_id_token_is_still_there_but_does_not_count_in_the_new_interface(
    our_logto: OurLogto, served_stand_in: StandIn
) -> None:
    served_stand_in.bent = {"exp": int(time.time()) + 1}
    client = await signed_in(our_logto, served_stand_in)
    assert await client.do("isAuthenticated") is True
    assert await client.do("session.is_authenticated", 10) is False


@pytest.mark.parametrize("bent", [{"nonce": "another"}, {"iss": "https://elsewhere.example"}, {"exp": 1}])
async def test_a_bent_id_token_signs_nobody_in(
    our_logto: OurLogto, served_stand_in: StandIn, bent: dict[str, object]
) -> None:
    served_stand_in.bent = bent
    with pytest.raises(Refused) as refused:
        await signed_in(our_logto, served_stand_in)
    assert refused.value.classes[:3] == ["IdTokenError", "InvalidToken", "NarthexError"]


async def test_another_host_or_path_or_server_in_the_callback_is_refused(
    our_logto: OurLogto, served_stand_in: StandIn
) -> None:
    client = await new_client(our_logto, served_stand_in)
    for changed in ("http://localhost:3001/callback", "https://localhost:3000/callback", "http://localhost:3000/cbx"):
        back = served_stand_in.authorize(await client.do("signIn", CALLBACK))
        with pytest.raises(Refused, match="was to come back to"):
            await client.do("handleSignInCallback", back.replace(CALLBACK, changed))
    back = served_stand_in.authorize(await client.do("signIn", CALLBACK), iss="https://elsewhere.example")
    with pytest.raises(Refused, match="another server"):
        await client.do("handleSignInCallback", back)


async def test_a_list_as_audience_breaks_nothing(our_logto: OurLogto, served_stand_in: StandIn) -> None:
    served_stand_in.bent = {"aud": [APP_ID, "another"]}
    client = await signed_in(our_logto, served_stand_in)
    assert (await client.do("getIdTokenClaims"))["aud"] == [APP_ID, "another"]


@pytest.mark.parametrize(
    ("method", "error"),
    [("getAccessTokenClaims", "InvalidToken"), ("getOrganizationTokenClaims", "TypeError")],
)
async def test_an_opaque_token_has_no_claims(
    our_logto: OurLogto, served_stand_in: StandIn, method: str, error: str
) -> None:
    client = await signed_in(our_logto, served_stand_in)
    with pytest.raises(Refused) as refused:
        await client.do(method)
    assert refused.value.classes[0] == error


@pytest.mark.parametrize(
    ("path", "answer", "error"),
    [
        ("/oidc/.well-known/openid-configuration", (200, "text"), "DiscoveryError"),
        ("/oidc/.well-known/openid-configuration", (503, {}), "DiscoveryError"),
        ("/oidc/jwks", (200, {}), "DiscoveryError"),
        ("/oidc/token", (400, {"error": "invalid_client", "code": "oidc.invalid_client"}), "TokenError"),
        ("/oidc/token", (500, "oops"), "TokenError"),
        ("/oidc/token", (200, {"access_token": 7}), "TokenError"),
    ],
)
async def test_no_error_of_another_package_comes_out(
    our_logto: OurLogto, served_stand_in: StandIn, path: str, answer: tuple[int, object], error: str
) -> None:
    served_stand_in.answers[path] = answer
    with pytest.raises(Refused) as refused:
        await signed_in(our_logto, served_stand_in)
    assert (refused.value.classes[0], refused.value.classes[1]) == (error, "NarthexError")


async def test_a_server_that_is_not_there_is_a_network_error(our_logto: OurLogto) -> None:
    client = await our_logto.client("http://127.0.0.1:9", APP_ID, APP_SECRET)
    with pytest.raises(Refused, match="cannot be reached") as refused:
        await client.do("signIn", CALLBACK)
    assert refused.value.classes[:2] == ["NetworkError", "NarthexError"]


@pytest.mark.parametrize(
    "options",
    [{"prompt": "none"}, {"prompt": "consent login"}, {"scopes": "email"}, {"resources": [7]}, {"endpoint": "auth"}],
)
async def test_settings_that_do_not_fit_are_refused(
    our_logto: OurLogto, served_stand_in: StandIn, options: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        await new_client(our_logto, served_stand_in, **options)
    assert refused.value.classes[:2] == ["ConfigError", "NarthexError"]


async def test_a_slash_after_the_endpoint_does_no_harm(our_logto: OurLogto, served_stand_in: StandIn) -> None:
    client = await our_logto.client(f"{served_stand_in.endpoint}/", APP_ID, APP_SECRET)
    assert (await client.do("signIn", CALLBACK)).startswith(f"{served_stand_in.issuer}/auth?")
