"""A4: coming back from a provider leads on to where the sign-in was for, whatever else the address says."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from urllib.parse import urlencode

import pytest

from narthex.applications.service import Credentials
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.social import MadeUpProvider, come_back, connect, leave, offer
from tests.fixtures.walk import HTML
from tests.security.page_structure import foreign_links
from tests.security.redirect_corpus import EVIL, variants

NAMES = ("redirect_uri", "next", "returnTo", "return_to", "RelayState", "url", "continue", "redirect", "iss", "target")
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def application(server: Server, provider: MadeUpProvider) -> Credentials:
    """An application of a tenant that works with the provider."""
    await connect(server)
    await offer(server, "made-up")
    provider.vouch("c", "upstream-ada")
    return await server.application()


async def test_A4_an_address_in_the_way_back_counts_for_nothing(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    for uri in variants(CALLBACK, small=True)[::4]:
        if "\0" in uri or len(uri) > 1000:
            continue
        browser = server.browser()
        sent = await leave(browser, application.application_id)
        answer = await come_back(browser, sent, "c", **dict.fromkeys(NAMES, uri))
        assert answer.headers["location"].startswith(f"{CALLBACK}?code="), uri[:100]
        sent = await leave(server.browser(), application.application_id)
        failed = await come_back(browser, sent, "c", **dict.fromkeys(NAMES, uri))
        assert failed.status_code == 400
        assert "location" not in failed.headers
        assert not foreign_links(failed, EVIL), uri[:100]


async def test_A4_a_posted_answer_leads_to_our_own_address(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    client = server.client()
    for path in ("/callback/x", "/callback/%2F%2Fevil.example", "/callback/\\evil.example", "/callback/@evil.example"):
        for host in ({}, {"origin": "https://evil.example"}):
            answer = await client.post(path, data={"code": "c", "next": "https://evil.example"}, headers=HTML | host)
            location = answer.headers.get("location", "http://localhost:3001/callback/")
            assert location.startswith("http://localhost:3001/callback/"), path
    for path in ("//evil.example/callback/x", "/callback//evil.example", "/callback/x/../../evil.example"):
        answer = await client.post(f"http://localhost:3001{path}", data={"code": "c"}, headers=HTML)
        assert answer.headers.get("location", server.base_url).startswith(server.base_url), path


async def test_A4_the_way_out_leads_to_the_provider_only(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    for direct in ("social:made-up", *(f"social:{uri}" for uri in variants(CALLBACK, small=True)[::6])):
        browser = server.browser()
        url = browser.authorize_url(application.application_id, CALLBACK, direct_sign_in=direct[:250])
        answer = await browser.get(url)
        if "location" in answer.headers:
            location = answer.headers["location"]
            assert location.startswith(("https://provider.example/authorize?", f"{CALLBACK}?error=")), direct
    query = urlencode({"next": "https://evil.example", "redirect_uri": "https://evil.example"})
    browser = server.browser()
    sent = await leave(browser, application.application_id)
    assert sent["redirect_uri"].startswith("http://localhost:3001/callback/")
    assert "evil" not in (await browser.get(f"/sign-in/social/made-up?{query}")).headers.get("location", "")
