"""A1: no answer of the authorization endpoint goes to an address that is not, letter for letter, a registered one."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from urllib.parse import urlencode

import httpx2
import pytest

from narthex.applications.types import ApplicationType
from tests.fixtures.server import Server
from tests.fixtures.walk import HTML, challenge
from tests.oidc.relying_party import RelyingParty, relying_party
from tests.security.page_structure import foreign_links
from tests.security.redirect_corpus import EVIL, variants

REGISTERED = "https://app.example.com/callback"
NATIVE = "com.example.app:/callback"


async def signed_in(server: Server, kind: ApplicationType = ApplicationType.TRADITIONAL) -> RelyingParty:
    """An application whose person is signed in already, so that a code would be given without any page between."""
    uris = (REGISTERED, NATIVE) if kind is ApplicationType.NATIVE else (REGISTERED, f"{REGISTERED}/second")
    party = await relying_party(server, kind, redirect_uris=uris)
    await party.sign_up()
    answer = await party.browser.client.get(party.url(), headers=HTML)
    assert answer.headers["location"].startswith(f"{REGISTERED}?code="), "the honest request must work"
    return party


async def led_away(party: RelyingParty, tried: list[str], **parameters: str) -> list[str]:
    """The addresses that were not refused with a page, or whose page leads somewhere."""
    found = []
    for uri in tried:
        answer = await party.browser.client.get(party.browser.authorize_url(party.id, uri, **parameters), headers=HTML)
        if answer.status_code != 400 or "location" in answer.headers or foreign_links(answer, EVIL):
            found.append(f"{uri[:100]!r}: {answer.status_code} {answer.headers.get('location', '')[:100]}")
    return found


async def test_A1_no_variant_of_a_registered_address_gets_a_code(server: Server) -> None:
    party = await signed_in(server)
    tried = variants(REGISTERED, small=True)
    assert len(tried) >= 55
    assert await led_away(party, tried) == []


async def test_A1_no_variant_of_a_registered_address_gets_an_error(server: Server) -> None:
    party = await signed_in(server)
    assert await led_away(party, variants(REGISTERED, small=True)[::2], response_type="token") == []


@pytest.mark.long
@pytest.mark.parametrize("kind", [ApplicationType.TRADITIONAL, ApplicationType.SPA, ApplicationType.NATIVE])
async def test_A1_the_whole_list_of_variants(server: Server, kind: ApplicationType) -> None:
    party = await signed_in(server, kind)
    tried = variants(REGISTERED)
    assert len(tried) >= 250
    assert await led_away(party, tried) == []
    for mode in ("query", "fragment", "form_post"):
        assert await led_away(party, tried, response_mode=mode, response_type="token") == []
    if kind is ApplicationType.NATIVE:
        assert await led_away(party, [NATIVE.upper(), f"{NATIVE}/", NATIVE.replace(":/", "://"), f"{NATIVE}?x"]) == []


async def test_A1_a_repeated_redirect_uri_is_refused_with_a_page(server: Server) -> None:
    party = await signed_in(server)
    evil = f"https://{EVIL}/callback"
    for pair in ((REGISTERED, evil), (evil, REGISTERED), (REGISTERED, REGISTERED)):
        assert await led_away(party, [pair]) == []  # type: ignore[list-item]  # a list of values repeats the name
    for name in ("redirect_uri[]", "redirect_uri[0]", "Redirect_uri", "redirect_uri ", "redirect-uri"):
        answer = await party.browser.client.get(party.url(**{name: evil}), headers=HTML)
        assert answer.headers["location"].startswith(f"{REGISTERED}?code="), name


async def test_A1_an_address_of_another_application_is_not_ours(server: Server) -> None:
    party = await signed_in(server)
    other = "https://other.example.com/callback"
    await server.application(redirect_uris=(other,))
    assert await led_away(party, [other]) == []


async def test_A1_the_address_must_be_named_where_several_are_registered(server: Server) -> None:
    party = await signed_in(server)
    assert await led_away(party, [None]) == []  # type: ignore[list-item]  # None leaves it out


async def test_A1_a_posted_request_goes_nowhere_else_either(server: Server) -> None:
    party = await signed_in(server)
    form = {
        "client_id": party.id,
        "response_type": "code",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
    }
    for uri in variants(REGISTERED, small=True)[::4]:
        answer = await _post(party, form | {"redirect_uri": uri})
        location = answer.headers.get("location", "/")
        assert location.startswith((server.base_url + "/oidc/auth?", "/")), uri
        if "location" in answer.headers:
            answer = await party.browser.client.get(location, headers=HTML)
        assert answer.status_code in {400, 413}, uri[:100]
        assert "location" not in answer.headers, uri[:100]


async def _post(party: RelyingParty, form: dict[str, str]) -> httpx2.Response:
    headers = HTML | {"content-type": "application/x-www-form-urlencoded", "origin": f"https://{EVIL}"}
    return await party.browser.client.post("/oidc/auth", content=urlencode(form), headers=headers)
