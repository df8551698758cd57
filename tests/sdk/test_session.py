"""One person's session, with both clients: the faults of the old SDK are gone."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest

from narthex_client import (
    AsyncClient,
    AsyncSession,
    CallbackError,
    Client,
    ClientConfig,
    DiscoveryError,
    IdTokenError,
    MemoryStorage,
    NarthexError,
    NetworkError,
    NotAuthenticated,
    Session,
    SignInEnded,
    SignInRequest,
    StateMismatch,
    TokenError,
)
from tests.fixtures.stand_in import APP_ID, APP_SECRET, SUBJECT, AsyncStandIn, StandIn

CALLBACK = "http://localhost:3000/callback"
API, OTHER_API = "https://api.bookstore.example", "https://api.library.example"

T = TypeVar("T")
NewSession = Callable[..., Session | AsyncSession]


async def ask(answer: T | Awaitable[T]) -> T:
    """The answer of either client."""
    return await answer if isinstance(answer, Awaitable) else answer


@pytest.fixture(params=["synchronous", "asynchronous"])
def new_session(request: pytest.FixtureRequest, stand_in: StandIn) -> NewSession:
    """Makes sessions with the stand-in, of one client."""
    config = ClientConfig(stand_in.endpoint, APP_ID, APP_SECRET, resources=(API,))
    asynchronous = AsyncClient(config, AsyncStandIn(stand_in), stand_in.clock)
    synchronous = Client(config, stand_in, stand_in.clock)

    def make(storage: MemoryStorage | None = None) -> Session | AsyncSession:
        given = MemoryStorage() if storage is None else storage
        return synchronous.session(given) if request.param == "synchronous" else asynchronous.session(given)

    return make


async def signed_in(session: Session | AsyncSession, stand_in: StandIn) -> None:
    """Sign Ada in."""
    url = await ask(session.sign_in(CALLBACK))
    await ask(session.handle_callback(stand_in.authorize(url)))


async def test_a_sign_in_brings_the_person_and_all_tokens(new_session: NewSession, stand_in: StandIn) -> None:
    session = new_session()
    assert await ask(session.is_authenticated()) is False
    url = await ask(session.sign_in(SignInRequest(CALLBACK, return_to="/cart")))
    found = await ask(session.handle_callback(stand_in.authorize(url)))
    assert (found.claims.sub, found.claims.username, found.return_to) == (SUBJECT, "ada", "/cart")
    assert await ask(session.is_authenticated()) is True
    assert (await ask(session.id_claims())).aud == (APP_ID,)
    assert (await ask(session.access_token())).startswith("opaque-")
    info = await ask(session.user_info())
    assert (info.sub, info.custom_data, info.roles) == (SUBJECT, {"shelf": 7}, ("reader",))
    assert await ask(session.id_token())
    assert await ask(session.refresh_token()) == "refresh-2"


async def test_the_credentials_go_in_the_header_and_not_in_the_form(new_session: NewSession, stand_in: StandIn) -> None:
    await signed_in(new_session(), stand_in)
    [(_, form, headers)] = [asked for asked in stand_in.asked if asked[0] == "/oidc/token"]
    assert "client_secret" not in form
    assert headers["authorization"] == "Basic Ym9va3N0b3JlLWlkOmJvb2tzdG9yZS1zZWNyZXQ="


async def test_two_people_share_nothing(new_session: NewSession, stand_in: StandIn) -> None:
    ada, grace = new_session(), new_session()
    await signed_in(ada, stand_in)
    assert await ask(grace.is_authenticated()) is False
    with pytest.raises(NotAuthenticated):
        await ask(grace.access_token())
    with pytest.raises(NotAuthenticated):
        await ask(grace.id_claims())


@pytest.mark.parametrize("first", [0, 1])
async def test_two_tabs_do_not_break_each_other(new_session: NewSession, stand_in: StandIn, first: int) -> None:
    session = new_session()
    urls = [await ask(session.sign_in(CALLBACK)) for _ in range(2)]
    for url in (urls[first], urls[1 - first]):
        await ask(session.handle_callback(stand_in.authorize(url)))
        assert await ask(session.is_authenticated())


async def test_an_answer_is_good_for_one_try(new_session: NewSession, stand_in: StandIn) -> None:
    session = new_session()
    back = stand_in.authorize(await ask(session.sign_in(CALLBACK)))
    await ask(session.handle_callback(back))
    with pytest.raises(StateMismatch):
        await ask(session.handle_callback(back))


async def test_a_sign_in_waits_for_15_minutes_and_no_longer(new_session: NewSession, stand_in: StandIn) -> None:
    session = new_session()
    early, late = [await ask(session.sign_in(CALLBACK)) for _ in range(2)]
    stand_in.now += 15 * 60
    await ask(session.handle_callback(stand_in.authorize(early)))
    stand_in.now += 1
    with pytest.raises(StateMismatch, match="more than 15 minutes ago"):
        await ask(session.handle_callback(stand_in.authorize(late)))


async def test_of_six_tabs_the_five_newest_come_back(new_session: NewSession, stand_in: StandIn) -> None:
    storage = MemoryStorage()
    session = new_session(storage)
    urls = [await ask(session.sign_in(CALLBACK)) for _ in range(6)]
    with pytest.raises(StateMismatch):
        await ask(session.handle_callback(stand_in.authorize(urls[0])))
    for url in urls[1:]:
        await ask(session.handle_callback(stand_in.authorize(url)))
    assert storage.get("signInSession") is None


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"iss": "https://elsewhere.example/oidc"}, "another server"),
        ({"iss": None}, "which server"),
        ({"code": None}, "neither a code nor an error"),
        ({"code": "made-up"}, "invalid_grant"),
    ],
)
async def test_a_bent_answer_signs_nobody_in_and_uses_the_slot_up(
    new_session: NewSession, stand_in: StandIn, changed: dict[str, str | None], text: str
) -> None:
    session = new_session()
    url = await ask(session.sign_in(CALLBACK))
    with pytest.raises((CallbackError, TokenError), match=text):
        await ask(session.handle_callback(stand_in.authorize(url, **changed)))
    assert await ask(session.is_authenticated()) is False
    with pytest.raises(StateMismatch):
        await ask(session.handle_callback(stand_in.authorize(url)))


async def test_a_denial_keeps_the_words_of_the_server(new_session: NewSession, stand_in: StandIn) -> None:
    session = new_session()
    url = await ask(session.sign_in(CALLBACK))
    denied = stand_in.authorize(url, code=None, error="access_denied", error_description="no, thank you")
    with pytest.raises(CallbackError) as refused:
        await ask(session.handle_callback(denied))
    assert (refused.value.code, refused.value.description) == ("access_denied", "no, thank you")


async def test_a_stranger_cannot_plant_an_error_or_a_code(new_session: NewSession, stand_in: StandIn) -> None:
    session = new_session()
    url = await ask(session.sign_in(CALLBACK))
    for planted in ("error=access_denied", "code=stolen&state=guessed", f"code=stolen&iss={stand_in.issuer}"):
        with pytest.raises(StateMismatch):
            await ask(session.handle_callback(f"{CALLBACK}?{planted}"))
    await ask(session.handle_callback(stand_in.authorize(url)))


@pytest.mark.parametrize(
    "bent",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://elsewhere.example/oidc"},
        {"aud": "another-application"},
        {"aud": [APP_ID, "another"], "azp": "another"},
        {"exp": 1_794_999_000},
        {"iat": 1_795_000_031},
        {"nbf": 1_795_000_031},
        {"sub": None},
        {"sub": ""},
        {"exp": "soon"},
    ],
)
async def test_a_bent_id_token_signs_nobody_in(
    new_session: NewSession, stand_in: StandIn, bent: dict[str, object]
) -> None:
    session = new_session()
    url = await ask(session.sign_in(CALLBACK))
    stand_in.bent = bent
    with pytest.raises(IdTokenError):
        await ask(session.handle_callback(stand_in.authorize(url)))
    assert await ask(session.is_authenticated()) is False
    assert await ask(session.refresh_token()) is None


async def test_an_audience_list_and_claims_of_any_kind_are_taken(new_session: NewSession, stand_in: StandIn) -> None:
    stand_in.bent = {"aud": [APP_ID, "another"], "shelf": {"number": 7}, "name": None, "email_verified": None}
    session = new_session()
    await signed_in(session, stand_in)
    claims = await ask(session.id_claims())
    assert (claims.aud, claims.all["shelf"], claims.email_verified) == ((APP_ID, "another"), {"number": 7}, None)


async def test_a_new_sign_in_leaves_no_token_of_the_old_one(new_session: NewSession, stand_in: StandIn) -> None:
    session = new_session()
    await signed_in(session, stand_in)
    before = [await ask(session.access_token()), await ask(session.access_token(API))]
    await signed_in(session, stand_in)
    after = [await ask(session.access_token()), await ask(session.access_token(API))]
    assert not set(before) & set(after)


async def test_tokens_are_kept_until_their_last_minute(new_session: NewSession, stand_in: StandIn) -> None:
    session = new_session()
    await signed_in(session, stand_in)
    first = await ask(session.access_token(API))
    stand_in.now += 3600 - 60
    assert await ask(session.access_token(API)) == first
    stand_in.now += 1
    assert await ask(session.access_token(API)) != first


async def test_tokens_are_for_an_api_an_organization_or_both(new_session: NewSession, stand_in: StandIn) -> None:
    storage = MemoryStorage()
    session = new_session(storage)
    await signed_in(session, stand_in)
    tokens = [
        await ask(session.access_token(*target))
        for target in [(None, None), (API, None), (None, "acme"), (API, "acme"), (OTHER_API, None)]
    ]
    assert len(set(tokens)) == 5
    refreshes = [
        {name: form[name] for name in ("resource", "organization_id") if name in form}
        for form in stand_in.forms()
        if form["grant_type"] == "refresh_token"
    ]
    assert refreshes == [
        {"resource": API},
        {"organization_id": "acme"},
        {"resource": API, "organization_id": "acme"},
        {"resource": OTHER_API},
    ]
    kept = json.loads(storage.get("accessTokenMap") or "")
    assert list(kept["x"]) == [
        "",
        API,
        "urn:logto:organization:acme",
        f"{API}#urn:logto:organization:acme",
        OTHER_API,
    ]
    assert kept["x"][API] == {"token": tokens[1], "expiresAt": int(stand_in.now) + 3540}


async def five(session: Session | AsyncSession, *targets: str | None) -> list[str]:
    """Ask for tokens at once, in tasks or in threads."""
    if isinstance(session, AsyncSession):
        return list(await asyncio.gather(*(session.access_token(target) for target in targets)))
    return list(await asyncio.gather(*(asyncio.to_thread(session.access_token, target) for target in targets)))


@pytest.mark.parametrize("rotates", [False, True])
async def test_five_who_ask_at_once_make_one_refresh(new_session: NewSession, stand_in: StandIn, rotates: bool) -> None:
    session = new_session()
    await signed_in(session, stand_in)
    stand_in.pause, stand_in.rotates = 0.05, rotates
    tokens = await five(session, *[API] * 5)
    assert len(set(tokens)) == 1
    assert len(stand_in.forms()) == 2
    assert await ask(session.access_token(API)) == tokens[0]


async def test_five_for_five_apis_take_turns_with_the_refresh_token(new_session: NewSession, stand_in: StandIn) -> None:
    session = new_session()
    await signed_in(session, stand_in)
    stand_in.pause, stand_in.rotates = 0.02, True
    tokens = await five(session, *(f"https://api-{number}.example" for number in range(5)))
    assert len(set(tokens)) == 5
    sent = [form["refresh_token"] for form in stand_in.forms() if form["grant_type"] == "refresh_token"]
    assert len(sent) == len(set(sent)) == 5


async def test_requests_with_a_cookie_each_share_one_refresh_and_all_keep_it(
    new_session: NewSession, stand_in: StandIn
) -> None:
    first = MemoryStorage()
    await signed_in(new_session(first), stand_in)
    cookies = [MemoryStorage() for _ in range(3)]
    for cookie in cookies:
        for key in ("idToken", "refreshToken", "accessTokenMap"):
            cookie.set(key, first.get(key))
    stand_in.pause, stand_in.rotates = 0.05, True
    sessions = [new_session(cookie) for cookie in cookies]
    tokens = [found for one in await asyncio.gather(*(five(session, API) for session in sessions)) for found in one]
    assert len(set(tokens)) == 1
    assert len({cookie.get("refreshToken") for cookie in cookies}) == 1
    assert await ask(sessions[-1].access_token(OTHER_API))


async def test_a_refused_refresh_token_signs_the_person_out_here(new_session: NewSession, stand_in: StandIn) -> None:
    session = new_session()
    await signed_in(session, stand_in)
    stand_in.refresh_tokens.clear()
    with pytest.raises(SignInEnded, match="invalid_grant"):
        await ask(session.access_token(API))
    assert await ask(session.is_authenticated()) is False
    assert await ask(session.refresh_token()) is None


async def test_any_other_refusal_leaves_the_person_signed_in(new_session: NewSession, stand_in: StandIn) -> None:
    session = new_session()
    await signed_in(session, stand_in)
    body = {"error": "invalid_target", "error_description": "no such API", "code": "oidc.invalid_target"}
    stand_in.answers["/oidc/token"] = 400, body
    with pytest.raises(TokenError) as refused:
        await ask(session.access_token(API))
    refusal = refused.value
    assert (refusal.status, refusal.error, refusal.description) == (400, "invalid_target", "no such API")
    assert refusal.code == "oidc.invalid_target"
    assert await ask(session.is_authenticated()) is True


@pytest.mark.parametrize(
    "answer", [(200, {}), (200, []), (200, {"access_token": "a", "token_type": "mac"}), (502, "bad gateway")]
)
async def test_garbage_from_the_token_endpoint_is_a_token_error(
    new_session: NewSession, stand_in: StandIn, answer: tuple[int, object]
) -> None:
    session = new_session()
    await signed_in(session, stand_in)
    stand_in.answers["/oidc/token"] = answer
    with pytest.raises(TokenError):
        await ask(session.access_token(API))


async def test_a_refresh_without_a_new_refresh_token_keeps_the_old_one(
    new_session: NewSession, stand_in: StandIn
) -> None:
    session = new_session()
    await signed_in(session, stand_in)
    stand_in.answers["/oidc/token"] = 200, {"access_token": "plain", "token_type": "bearer", "expires_in": 3600}
    assert await ask(session.access_token(API)) == "plain"
    assert await ask(session.refresh_token()) == "refresh-2"


async def test_a_refresh_cannot_turn_the_person_into_another(new_session: NewSession, stand_in: StandIn) -> None:
    session = new_session()
    await signed_in(session, stand_in)
    stand_in.bent = {"sub": "grace"}
    with pytest.raises(IdTokenError, match="another person"):
        await ask(session.access_token(API))
    stand_in.answers["/oidc/me"] = 200, {"sub": "grace"}
    with pytest.raises(TokenError, match="not about"):
        await ask(session.user_info())


async def test_the_age_of_the_id_token_counts_and_a_refresh_renews_it(
    new_session: NewSession, stand_in: StandIn
) -> None:
    session = new_session()
    await signed_in(session, stand_in)
    assert await ask(session.is_authenticated(min_fresh=3599)) is True
    assert await ask(session.is_authenticated(min_fresh=3600)) is False
    stand_in.now += 3600
    assert await ask(session.is_authenticated()) is False
    assert await ask(session.renew()) is True
    assert await ask(session.is_authenticated()) is True
    stand_in.now += 3600
    stand_in.refresh_tokens.clear()
    assert await ask(session.renew()) is False


@pytest.mark.parametrize("kept", ["", "garbage", "a.b.c", "e30.e30.e30"])
async def test_garbage_in_the_storage_is_nobody(new_session: NewSession, kept: str) -> None:
    storage = MemoryStorage()
    for key in ("idToken", "accessTokenMap", "signInSession"):
        storage.set(key, kept)
    session = new_session(storage)
    assert await ask(session.is_authenticated()) is False
    with pytest.raises((NotAuthenticated, IdTokenError)):
        await ask(session.id_claims())
    with pytest.raises(NotAuthenticated):
        await ask(session.access_token())
    with pytest.raises(StateMismatch):
        await ask(session.handle_callback(f"{CALLBACK}?state=x&code=y"))


async def test_a_token_that_was_revoked_early_is_replaced_for_userinfo(
    new_session: NewSession, stand_in: StandIn
) -> None:
    session = new_session()
    await signed_in(session, stand_in)
    stand_in.answers["/oidc/me"] = 401, {"error": "invalid_token"}
    with pytest.raises(TokenError, match="401"):
        await ask(session.user_info())
    sent = [headers["authorization"] for path, _, headers in stand_in.asked if path == "/oidc/me"]
    assert len(sent) == len(set(sent)) == 2
    assert "Bearer None" not in sent


async def test_sign_out_forgets_revokes_and_says_where_to_go(new_session: NewSession, stand_in: StandIn) -> None:
    storage = MemoryStorage()
    session = new_session(storage)
    await signed_in(session, stand_in)
    id_token = await ask(session.id_token())
    url = urlsplit(await ask(session.sign_out("http://localhost:3000/", hint=True)))
    assert url.path == "/oidc/session/end"
    assert parse_qs(url.query) == {
        "client_id": [APP_ID],
        "post_logout_redirect_uri": ["http://localhost:3000/"],
        "id_token_hint": [id_token],
    }
    assert [storage.get(key) for key in ("idToken", "refreshToken", "accessTokenMap")] == [None] * 3
    assert stand_in.refresh_tokens == {}
    again = await ask(session.sign_out())
    assert again == f"{stand_in.issuer}/session/end?client_id={APP_ID}"
    assert stand_in.count("/oidc/token/revocation") == 1


async def test_sign_out_works_although_the_revocation_does_not(new_session: NewSession, stand_in: StandIn) -> None:
    session = new_session()
    await signed_in(session, stand_in)
    stand_in.down.add("/oidc/token/revocation")
    assert (await ask(session.sign_out())).startswith(stand_in.issuer)
    await signed_in(session, stand_in)
    await ask(session.forget())
    assert await ask(session.is_authenticated()) is False


async def test_a_refresh_that_ends_after_the_sign_out_brings_nothing_back(
    new_session: NewSession, stand_in: StandIn
) -> None:
    storage = MemoryStorage()
    session = new_session(storage)
    await signed_in(session, stand_in)
    stand_in.pause = 0.1
    refresh = asyncio.create_task(five(session, API))
    await asyncio.sleep(0.03)
    await ask(session.forget())
    await refresh
    assert storage.get("accessTokenMap") is None
    assert await ask(session.refresh_token()) is None


@pytest.mark.parametrize("path", ["/oidc/.well-known/openid-configuration", "/oidc/jwks", "/oidc/token"])
async def test_a_server_that_is_down_is_a_network_error_and_comes_back(
    new_session: NewSession, stand_in: StandIn, path: str
) -> None:
    session = new_session()
    stand_in.down.add(path)
    with pytest.raises(NetworkError):
        await signed_in(session, stand_in)
    stand_in.down.clear()
    await signed_in(session, stand_in)


@pytest.mark.parametrize("document", [[], {}, {"issuer": "https://elsewhere.example/oidc"}])
async def test_metadata_of_another_server_or_none_is_refused(
    new_session: NewSession, stand_in: StandIn, document: object
) -> None:
    stand_in.answers["/oidc/.well-known/openid-configuration"] = 200, document
    with pytest.raises(DiscoveryError):
        await ask(new_session().sign_in(CALLBACK))


async def test_every_error_has_one_class_above_it() -> None:
    for error in (CallbackError, DiscoveryError, IdTokenError, NetworkError, NotAuthenticated, SignInEnded, TokenError):
        assert issubclass(error, NarthexError)
