"""A4: no way back, from a sign-out or from any page, leads to an address that was not registered."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from urllib.parse import urlencode

import httpx2
import pytest

from tests.fixtures.server import Server
from tests.fixtures.walk import HTML, forms, returned
from tests.oidc.relying_party import RelyingParty, relying_party
from tests.security.page_structure import foreign_links
from tests.security.redirect_corpus import EVIL, variants

REGISTERED = "https://app.example.com/signed-out"


async def party_of(server: Server) -> RelyingParty:
    """An application with one address to come back to after a sign-out."""
    return await relying_party(server, post_logout_redirect_uris=(REGISTERED,))


def sign_out_url(**query: str | None) -> str:
    """The address of a sign-out."""
    return "/oidc/session/end?" + urlencode({name: value for name, value in query.items() if value is not None})


async def led_away(party: RelyingParty, tried: list[str], **query: str) -> list[str]:
    """The addresses that a sign-out was not refused for."""
    found = []
    for uri in tried:
        url = sign_out_url(post_logout_redirect_uri=uri, **query)
        answer = await party.browser.client.get(url, headers=HTML)
        if answer.status_code != 400 or "location" in answer.headers or foreign_links(answer, EVIL):
            found.append(f"{uri[:100]!r}: {answer.status_code} {answer.headers.get('location', '')[:100]}")
    return found


async def test_A4_a_sign_out_leads_to_a_registered_address_only(server: Server) -> None:
    party = await party_of(server)
    tried = variants(REGISTERED, small=True)
    assert await led_away(party, tried, client_id=party.id) == []
    code = await party.sign_up()
    hint = (await party.redeem(code)).json()["id_token"]
    assert await led_away(party, tried, client_id=party.id) == []
    assert await led_away(party, tried, id_token_hint=hint) == []
    assert (await party.authorize(prompt=None)).headers["location"].startswith(party.redirect_uri), "still signed in"
    honest = sign_out_url(client_id=party.id, id_token_hint=hint, post_logout_redirect_uri=REGISTERED)
    assert (await party.browser.client.get(honest)).headers["location"] == REGISTERED


@pytest.mark.long
async def test_A4_the_whole_list_of_variants(server: Server) -> None:
    party = await party_of(server)
    code = await party.sign_up()
    hint = (await party.redeem(code)).json()["id_token"]
    tried = variants(REGISTERED)
    assert len(tried) >= 250
    for query in ({"client_id": party.id}, {"id_token_hint": hint}, {}, {"client_id": "demo-app"}):
        assert await led_away(party, tried, **query) == []


async def test_A4_the_confirmed_sign_out_checks_the_address_again(server: Server) -> None:
    party = await party_of(server)
    await party.sign_up()
    page = await party.browser.client.get(
        sign_out_url(client_id=party.id, post_logout_redirect_uri=REGISTERED), headers=HTML
    )
    form = forms(page)[0]
    assert form.fields["post_logout_redirect_uri"] == REGISTERED
    for uri in variants(REGISTERED, small=True)[::3]:
        answer = await _send(party, form.action, form.fields | {"post_logout_redirect_uri": uri})
        assert answer.status_code in {400, 413}, uri[:100]
        assert "location" not in answer.headers, uri[:100]
    answer = await _send(party, form.action, form.fields | {"client_id": "demo-app"})
    assert (answer.status_code, "location" in answer.headers) == (400, False)
    assert (await _send(party, form.action, form.fields)).headers["location"] == REGISTERED


async def _send(party: RelyingParty, action: str, fields: dict[str, str]) -> httpx2.Response:
    return await party.browser.client.post(action, data=fields, headers=HTML | {"origin": party.server.base_url})


async def test_A4_an_address_counts_only_for_the_application_that_registered_it(server: Server) -> None:
    party = await party_of(server)
    other = await relying_party(server, post_logout_redirect_uris=("https://other.example.com/",))
    assert await led_away(party, ["https://other.example.com/"], client_id=party.id) == []
    assert await led_away(party, [REGISTERED], client_id=other.id) == []
    # Neither a redirect URI nor an address without any client is a way back.
    assert await led_away(party, [party.redirect_uri], client_id=party.id) == []
    assert await led_away(party, [REGISTERED]) == []


async def test_A4_a_state_cannot_add_to_the_address(server: Server) -> None:
    party = await party_of(server)
    for state in ("x&a=b", "x#y", "x\r\nLocation: https://evil.example", "//evil.example", "@evil.example", "\\"):
        url = sign_out_url(client_id=party.id, post_logout_redirect_uri=REGISTERED, state=state)
        answer = await party.browser.client.get(url)
        assert answer.headers["location"].startswith(f"{REGISTERED}?state="), state
        assert returned(answer) == {"state": state}


async def test_A4_a_repeated_parameter_of_a_sign_out_is_refused(server: Server) -> None:
    party = await party_of(server)
    for name, value in (("post_logout_redirect_uri", REGISTERED), ("client_id", party.id), ("state", "1")):
        url = sign_out_url(client_id=party.id, post_logout_redirect_uri=REGISTERED, state="1")
        answer = await party.browser.client.get(f"{url}&{urlencode({name: value})}", headers=HTML)
        assert (answer.status_code, "location" in answer.headers) == (400, False), name


PATHS = (
    "//evil.example",
    "//evil.example/oidc/auth",
    "/\\evil.example",
    "/%5Cevil.example",
    "/%5C%5Cevil.example/%2e%2e",
    "/%09/evil.example",
    "/%0a/evil.example",
    "/%2f%2fevil.example",
    "/%2F/evil.example/static/x",
    "/.well-known/oauth-authorization-server//evil.example/x",
    "/.well-known/oauth-authorization-server/%5Cevil.example/x",
    "/t/acme//evil.example",
    "/t/acme/%5C/evil.example",
    "/t/evil.example",
    "/oidc//evil.example",
    "/oidc/auth//evil.example",
    "/demo-app//evil.example",
    "/https://evil.example",
    "/@evil.example",
    "/;@evil.example",
)
RETURNS = ("next", "returnTo", "return_to", "redirect", "redirect_uri", "url", "continue", "RelayState", "back", "from")


async def test_A4_no_path_makes_a_page_that_leads_away(server: Server) -> None:
    await server.add_tenant("acme")
    async with server.client() as client:
        for path in PATHS:
            answer = await client.get(server.base_url + path, headers=HTML)
            assert foreign_links(answer, EVIL) == [], path
            assert EVIL not in answer.headers.get("location", ""), path
            assert not answer.headers.get("location", "/x").startswith(("//", "/\\")), path


async def test_A4_no_page_knows_a_parameter_that_leads_away(server: Server) -> None:
    party = await relying_party(server)
    first = await party.authorize(prompt=None)
    pages = [str(first.request.url), "/demo-app", "/demo-app/sign-in", "/demo-app/callback", "/", "/sign-in/password"]
    pages += ["/oidc/session/end", "/oidc/session/end/success", "/nothing", "/sign-in", "/register", "/consent"]
    for page in pages:
        for name in RETURNS:
            for value in (f"https://{EVIL}/", f"//{EVIL}", f"/\\{EVIL}", "javascript:alert(1)"):
                url = f"{page}{'&' if '?' in page else '?'}{urlencode({name: value})}"
                answer = await party.browser.client.get(url, headers=HTML)
                assert foreign_links(answer, EVIL) == [], url
                location = answer.headers.get("location", "/")
                assert location.startswith((server.base_url + "/", "/")), url
                assert not location.startswith(("//", "/\\")), url


async def test_A4_a_posted_sign_out_stays_here(server: Server) -> None:
    party = await party_of(server)
    for path in ("/oidc/session/end", "/oidc/auth"):
        answer = await party.browser.client.post(path, data={"": f"https://{EVIL}", "x": "\r\nSet-Cookie: a=b"})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"{server.base_url}{path}?")
        assert "set-cookie" not in answer.headers
