"""A3: what cannot be compared letter for letter, or could be taken for part of an answer, cannot be registered."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from typing import Any

import pytest

from narthex.applications.redirect_uris import ANSWER_NAMES, RedirectUriInvalid, check_registrable
from narthex.applications.types import ApplicationType
from tests.fixtures.server import Server
from tests.oidc.relying_party import relying_party

WILDCARDS = (
    "https://*.example.com/callback",
    "https://*/callback",
    "https://app.example.com/*",
    "https://app.example.com/callback*",
    "https://app.example.com:*/callback",
    "http://localhost:*/",
    "*://app.example.com/callback",
    "*",
    "https://app.example.com/callback?x=*",
    "https://app-*.example.com/callback",
)
REGULAR_EXPRESSIONS = (
    "^https://app\\.example\\.com/.*$",
    "https://app.example.com/(a|b)",
    "https://app\\.example.com/callback",
    "https://app.example.com/[a-z]+|x",
    "https://app.example.com/{id}",
)
MALFORMED = (
    "",
    " ",
    "callback",
    "/callback",
    "//app.example.com/callback",
    "https:",
    "https:///callback",
    "https://",
    "https:app.example.com/callback",
    "https://user@app.example.com/callback",
    "https://user:password@app.example.com/callback",
    "https://@app.example.com/callback",
    "https://app.example.com:99999/callback",
    "https://app.example.com:x/callback",
    "https://[::1/callback",
    "https://app.example.com/callback#",
    "https://app.example.com/callback#part",
    "https://app.example.com/call back",
    "https://app.example.com/callback ",
    " https://app.example.com/callback",
    "https://app.example.com/callback\n",
    "https://app.example.com/\x00",
    "https://app.example.com/\u202e",
    "https://\u0430pp.example.com/callback",
    "https://app.example.com\\@evil.example/callback",
    'https://app.example.com/"onload="x',
    "https://app.example.com/<script>",
    "https://app.example.com/" + "a" * 2_048,
)
SCRIPTS = (
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://app.example.com/1",
    "about:blank",
    "ftp://app.example.com/",
    "ws://app.example.com/",
)


@pytest.mark.parametrize("uri", [*WILDCARDS, *REGULAR_EXPRESSIONS, *MALFORMED, *SCRIPTS])
def test_A3_what_is_not_one_plain_address_is_refused(uri: str) -> None:
    for is_native in (False, True):
        with pytest.raises(RedirectUriInvalid):
            check_registrable(uri, is_native=is_native)


@pytest.mark.parametrize("name", sorted(ANSWER_NAMES))
def test_A3_a_query_that_stands_for_an_answer_is_refused(name: str) -> None:
    escaped = f"%{ord(name[0]):02x}{name[1:]}"
    for query in (f"{name}=x", name, f"a=b&{name}=x", f"{escaped}=x", f"{name}=", f"a=b&&{name}=x"):
        for start in ("https://app.example.com/callback", "com.example.app:/callback"):
            with pytest.raises(RedirectUriInvalid) as refusal:
                check_registrable(f"{start}?{query}", is_native=True)
            assert "stands for something in the answer" in refusal.value.text


def test_A3_the_names_of_every_answer_are_kept() -> None:
    assert {"code", "state", "iss", "error", "error_description", "id_token", "access_token"} <= ANSWER_NAMES


def test_A3_honest_addresses_can_be_registered() -> None:
    for uri in (
        "https://app.example.com/callback",
        "https://app.example.com/callback?tenant=acme&x=%20",
        "http://localhost:3000/",
        "https://[2001:db8::1]:8443/cb",
        "https://xn--pp-7kc.example.com/callback",
    ):
        check_registrable(uri, is_native=False)
    for uri in ("com.example.app:/callback", "com.example.app://callback?x=1", "http://127.0.0.1/cb", "myapp:"):
        check_registrable(uri, is_native=True)
    with pytest.raises(RedirectUriInvalid):
        check_registrable("com.example.app:/callback", is_native=False)


@pytest.mark.parametrize("field", ["redirect_uris", "post_logout_redirect_uris"])
async def test_A3_every_registration_passes_the_rule(server: Server, field: str) -> None:
    for kind in (ApplicationType.TRADITIONAL, ApplicationType.SPA, ApplicationType.NATIVE):
        for uri in (WILDCARDS[0], SCRIPTS[0], "https://app.example.com/?code=x", "https://app.example.com/?st%61te=x"):
            fields: dict[str, Any] = {field: ("https://app.example.com/", uri)}
            with pytest.raises(RedirectUriInvalid):
                await server.application(kind, **fields)


async def test_A3_a_dot_of_a_registered_host_stands_for_a_dot(server: Server) -> None:
    party = await relying_party(server, redirect_uris=("https://app.example.com/call.back",))
    for uri in ("https://appxexample.com/call.back", "https://app.example.com/callxback"):
        answer = await party.browser.client.get(party.browser.authorize_url(party.id, uri))
        assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_A3_a_query_of_a_registered_address_is_kept_and_added_to(server: Server) -> None:
    party = await relying_party(server, redirect_uris=("https://app.example.com/callback?shop=1",))
    await party.sign_up()
    location = (await party.authorize()).headers["location"]
    assert location.startswith("https://app.example.com/callback?shop=1&code=")
