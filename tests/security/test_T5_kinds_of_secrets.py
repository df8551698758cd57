"""T5: every secret that we give out works in its own place and in no other."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from collections.abc import Awaitable, Callable

from narthex.interactions.schemas import INTERACTION_COOKIE
from narthex.sessions.schemas import SESSION_COOKIE
from narthex.sign_in.step_context import DEVICE_COOKIE
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import HTML, PASSWORD, forms, returned
from tests.oidc.relying_party import RelyingParty, answered, relying_party

Accepts = Callable[[str], Awaitable[bool]]


class Places:
    """Where each kind of secret belongs, and whether a secret is taken there."""

    def __init__(self, party: RelyingParty, interaction_id: str, interaction_secret: str) -> None:
        self._party = party
        self._interaction_id = interaction_id
        self._interaction_secret = interaction_secret

    def all(self) -> dict[str, Accepts]:
        """By kind."""
        return {
            "code": self._as_code,
            "refresh token": self._as_refresh_token,
            "access token": self._as_access_token,
            "session": self._as_session,
            "interaction": self._as_interaction,
            "form token": self._as_form_token,
            "client secret": self._as_client_secret,
        }

    async def _as_code(self, value: str) -> bool:
        return (await self._party.redeem(value)).status_code == 200

    async def _as_refresh_token(self, value: str) -> bool:
        return (await self._party.refresh(value)).status_code == 200

    async def _as_access_token(self, value: str) -> bool:
        return (await self._party.userinfo(value)).status_code == 200

    async def _as_session(self, value: str) -> bool:
        browser = self._party.server.browser()
        cookies = {"cookie": f"{SESSION_COOKIE}.default={value}"}
        answer = await browser.client.get(self._party.url(prompt="none"), headers=cookies)
        return "code" in returned(answer)

    async def _as_interaction(self, value: str) -> bool:
        browser = self._party.server.browser()
        cookies = {"cookie": f"{INTERACTION_COOKIE}.default={value}"}
        step = await browser.client.get(f"/sign-in?interaction={self._interaction_id}", headers=HTML | cookies)
        back = await browser.client.get(f"/oidc/auth/{self._interaction_id}", headers=cookies)
        assert (step.status_code == 200) == (back.status_code == 303)
        return step.status_code == 200

    async def _as_form_token(self, value: str) -> bool:
        browser = self._party.server.browser()
        cookies = {"cookie": f"{INTERACTION_COOKIE}.default={self._interaction_secret}"}
        answer = await browser.client.post(
            f"/sign-in/password?interaction={self._interaction_id}",
            data={"form_token": value, "identifier": "", "password": ""},
            headers=HTML | cookies,
        )
        assert answer.status_code in {403, 422}, answer.text
        return answer.status_code == 422

    async def _as_client_secret(self, value: str) -> bool:
        answer = await self._party.redeem("no code", client_secret=value)
        return bool(answer.json()["error"] != "invalid_client")


async def secrets_of(server: Server) -> tuple[RelyingParty, dict[str, str], Places]:
    """One living secret of every kind."""
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens()
    cookies = {cookie.name: str(cookie.value) for cookie in party.browser.client.cookies.jar}
    waiting = party.beside(server.browser())
    page = await waiting.authorize(prompt=None)
    interaction = str(dict(waiting.browser.client.cookies)[f"{INTERACTION_COOKIE}.default"])
    secrets = {
        "code": await party.code(),
        "refresh token": tokens["refresh_token"],
        "access token": tokens["access_token"],
        "session": cookies[f"{SESSION_COOKIE}.default"],
        "interaction": interaction,
        "form token": forms(page)[0].fields["form_token"],
        "client secret": party.secret,
    }
    return party, secrets, Places(party, page.request.url.params["interaction"], interaction)


async def test_T5_every_secret_works_in_its_own_place_only(server: Server) -> None:
    _, secrets, places = await secrets_of(server)
    assert list(secrets) == list(places.all())
    assert len(set(secrets.values())) == len(secrets)
    strange = [(kind, place) for kind in secrets for place in places.all() if kind != place]
    taken = [(kind, place) for kind, place in strange if await places.all()[place](secrets[kind])]
    assert taken == []
    # Having been shown in 42 wrong places, each still works in its own.
    refused = [kind for kind, secret in secrets.items() if not await places.all()[kind](secret)]
    assert refused == []


async def test_T5_introspection_and_revocation_know_two_kinds(server: Server) -> None:
    party, secrets, places = await secrets_of(server)
    active = [kind for kind, secret in secrets.items() if (await party.introspect(secret))["active"]]
    assert active == ["refresh token", "access token"]
    for kind in ("code", "session", "interaction", "form token", "client secret"):
        assert (await party.revoke(secrets[kind])).status_code == 200
        assert await places.all()[kind](secrets[kind]), kind


async def test_T5_ids_are_no_secrets(server: Server) -> None:
    """What stands in addresses and claims opens nothing."""
    party, secrets, places = await secrets_of(server)
    tokens = answered(await party.redeem(secrets["code"]))
    claims = await party.introspect(tokens["access_token"])
    names = [party.id, claims["sub"], places._interaction_id, "default", "demo-app", CALLBACK]
    for name in names:
        for place, accepts in places.all().items():
            assert not await accepts(name), (name, place)


async def test_T5_the_cookie_of_a_known_browser_is_no_session(server: Server) -> None:
    party, _, places = await secrets_of(server)
    device = str(dict(party.browser.client.cookies)[f"{DEVICE_COOKIE}.default"])
    for place, accepts in places.all().items():
        assert not await accepts(device), place


async def test_T5_a_form_token_is_for_one_step_of_one_interaction(server: Server) -> None:
    party = await relying_party(server)
    first, second = await party.authorize(prompt=None), await party.authorize(prompt=None)
    register = await party.authorize(first_screen="register")
    tokens = [forms(page)[0].fields["form_token"] for page in (first, second, register)]
    assert len(set(tokens)) == 3
    for token in tokens[1:]:
        answer = await party.browser.post(
            forms(first)[0].action, {"form_token": token, "identifier": "", "password": ""}
        )
        assert answer.status_code == 403
    signed_up = await party.browser.submit(register, {"username": "ada", "password": PASSWORD, "form_token": tokens[0]})
    assert signed_up.status_code == 403


async def test_T5_every_secret_has_at_least_128_bits(server: Server) -> None:
    _, secrets, _ = await secrets_of(server)
    assert {kind: len(secret) for kind, secret in secrets.items() if len(secret) < 32} == {}
    assert {len(secrets[kind]) for kind in ("code", "refresh token", "access token", "session")} == {43}
