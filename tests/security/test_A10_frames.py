"""A10: no page of ours can be put into a frame, whatever made it."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import httpx2
import pytest

from narthex.oidc.routes import CLIENT_ENDPOINTS, DOCUMENTS, PAGES
from narthex.sign_in.routes import PATHS as STEPS
from tests.fixtures.server import CALLBACK, NewServer, Server
from tests.fixtures.walk import HTML, PASSWORD
from tests.oidc.relying_party import relying_party

OTHERS = (
    *("/", "/demo-app", "/demo-app/sign-in", "/demo-app/sign-up", "/demo-app/callback", "/demo-app/nothing"),
    *(
        "/healthz",
        "/readyz",
        "/metrics",
        "/static/logo.svg",
        "/static/nothing",
        "/nothing",
        "/oidc/nothing",
        "/t/nobody",
    ),
    *("/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/oidc", "/oidc/auth/nothing"),
    *("/%5C", "/" + "x" * 3_000, "/oidc/auth?a=%00", "/demo-app?a=%ff"),
)


def framed(answer: httpx2.Response) -> bool:
    """Whether a browser would show it in a frame."""
    policy = answer.headers.get("content-security-policy", "")
    directives = [one.strip() for one in policy.split(";")]
    return "frame-ancestors 'none'" not in directives or answer.headers.get("x-frame-options") != "DENY"


async def test_A10_no_address_answers_into_a_frame(server: Server) -> None:
    paths = [*DOCUMENTS, *CLIENT_ENDPOINTS, *PAGES, *STEPS, *OTHERS]
    pages = 0
    async with server.client() as client:
        for path in paths:
            for method in ("GET", "POST", "HEAD", "OPTIONS", "PUT"):
                for headers in (HTML, {"accept": "application/json"}, HTML | {"sec-fetch-dest": "iframe"}):
                    answer = await client.request(method, path, headers=headers)
                    assert not framed(answer), f"{method} {path[:80]}"
                    pages += answer.headers.get("content-type", "").startswith("text/html")
    assert pages > 50, "most addresses answer a browser with a page"


async def test_A10_no_page_of_a_sign_in_can_be_framed(server: Server) -> None:
    party = await relying_party(server, is_third_party=True)
    browser = party.browser
    seen = [await browser.get(party.url()), await browser.get(party.url(first_screen="register"))]
    seen.append(await browser.submit(seen[0], {"identifier": "nobody", "password": "wrong"}))
    seen.append(await browser.submit(seen[1], {"username": "1", "password": PASSWORD}))
    consent = await browser.sign_up(party.id, CALLBACK)
    seen.append(consent)
    back = await browser.submit(consent, {"decision": "allow"})
    assert back.headers["location"].startswith(CALLBACK)
    seen.append(back)
    seen.append(await browser.get(party.url(response_mode="form_post", prompt=None)))
    seen.append(await browser.get(f"/oidc/session/end?client_id={party.id}"))
    seen.append(await browser.submit(seen[-1], {}))
    for page in seen:
        assert not framed(page), page.request.url
    titles = {page.text.partition("<h1>")[2].partition("</h1>")[0] for page in seen if "<h1>" in page.text}
    assert len(titles) >= 6, titles


async def test_A10_an_address_that_is_not_ours_is_no_frame_either(server: Server) -> None:
    transport = httpx2.ASGITransport(app=server.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://other.example") as client:
        answer = await client.get("/demo-app", headers=HTML)
    assert answer.status_code == 421
    assert not framed(answer)


@pytest.mark.parametrize("broken", ["narthex.edge.protocol", "narthex.edge.notice"])
async def test_A10_not_even_a_failure_can_be_framed(
    new_server: NewServer, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    server = await new_server()

    async def fail(*arguments: object, **options: object) -> None:
        from narthex.edge import NotFound

        raise NotFound if broken.endswith("notice") else RuntimeError("broken on purpose")

    monkeypatch.setattr(broken, fail)
    async with server.client() as client:
        answer = await client.get("/oidc/auth" if broken.endswith("protocol") else "/nothing", headers=HTML)
    assert answer.status_code == (500 if broken.endswith("protocol") else 404)
    assert not framed(answer)
