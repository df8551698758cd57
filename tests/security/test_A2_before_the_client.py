"""A2: whatever else is wrong with a request, an address that was not checked is never redirected to."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from itertools import product
from typing import Any

from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import HTML
from tests.oidc.relying_party import relying_party
from tests.security.page_structure import foreign_links
from tests.security.redirect_corpus import EVIL

ATTACKER = f"https://{EVIL}/callback"
WRONG: dict[str, tuple[Any, ...]] = {
    "client_id": ("nobody", "", None, "demo-app", "' OR 1=1 --", "a" * 5_000, ["demo-app", "demo-app"]),
    "response_type": ("code", "token", "id_token", "none", "", None, "code code"),
    "scope": ("openid", "nothing-known", "", None, "\r\nLocation: https://evil.example"),
}
OTHERS = ("response_type", "scope")
ALSO_WRONG: tuple[dict[str, Any], ...] = (
    {"prompt": "none"},
    {"prompt": "none login"},
    {"response_mode": "form_post"},
    {"response_mode": "web_message"},
    {"code_challenge_method": "plain"},
    {"code_challenge": None},
    {"max_age": "-1"},
    {"request": "eyJhbGciOiJub25lIn0.e30."},
    {"request_uri": ATTACKER},
    {"registration": "{}"},
    {"id_token_hint": "x.y.z"},
    {"resource": "https://nowhere.example"},
    {"state": ["1", "2"]},
    {"state": "s" * 9_000},
    {"ui_locales": "x" * 300},
)


async def test_A2_an_unknown_client_is_never_sent_to_an_unchecked_address(server: Server) -> None:
    browser = server.browser()
    for values in product(*WRONG.values()):
        given = dict(zip(WRONG, values, strict=True))
        url = browser.authorize_url(given["client_id"], ATTACKER, **{name: given[name] for name in OTHERS})
        answer = await browser.client.get(url, headers=HTML)
        assert answer.status_code == 400, given
        assert "location" not in answer.headers, given
        assert foreign_links(answer, EVIL) == [], given


async def test_A2_a_known_client_is_never_sent_to_an_unchecked_address(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    for given in (*({name: value} for name in OTHERS for value in WRONG[name]), *ALSO_WRONG):
        url = party.browser.authorize_url(party.id, ATTACKER, **given)
        answer = await party.browser.client.get(url, headers=HTML)
        assert answer.status_code == 400, given
        assert "location" not in answer.headers, given
        assert foreign_links(answer, EVIL) == [], given
    assert (await party.authorize()).headers["location"].startswith(f"{CALLBACK}?code=")


async def test_A2_an_application_that_signs_nobody_in_has_no_address(server: Server) -> None:
    machine = await server.machine()
    browser = server.browser()
    for uri in (ATTACKER, CALLBACK, None):
        url = browser.authorize_url(machine.application_id, uri)  # type: ignore[arg-type]  # None leaves it out
        answer = await browser.client.get(url, headers=HTML)
        assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_A2_a_broken_query_is_refused_before_anything_is_read(server: Server) -> None:
    party = await relying_party(server)
    honest = party.url()
    for tail in ("&x=%ff", "&x=%00", "&%c3=1", "&a=b" * 1_100):
        answer = await party.browser.client.get(honest + tail, headers=HTML)
        assert (answer.status_code, "location" in answer.headers) == (400, False), tail[:20]
