"""A6 in a real Chromium: nothing of what was sent along runs. The page fixture fails the test on a breach of the
policy, so a text that became an element is seen even where the policy would have stopped it."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from urllib.parse import parse_qs, urlencode

from playwright.async_api import Page, Route

from narthex.applications.types import ApplicationType
from tests.fixtures.browser import NewPage
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import PASSWORD, challenge
from tests.security.xss_corpus import INSIDE_A_TAG, RUNS

SOME = (RUNS[0], RUNS[1], f'">{RUNS[2]}', f"</title>{RUNS[0]}", INSIDE_A_TAG[0], INSIDE_A_TAG[1])


def url(server: Server, client_id: str, **parameters: str) -> str:
    """An authorization request."""
    query = {
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
    }
    return f"{server.base_url}/oidc/auth?{urlencode(query | parameters)}"


async def nothing_ran(page: Page) -> None:
    """The mark that every text would leave is not there."""
    assert await page.evaluate("window.hit") is None
    assert await page.locator("main script, main img[onerror], main iframe, [onload], [onfocus]").count() == 0


async def test_A6_hints_and_names_do_not_run(live_server: Server, page: Page) -> None:
    for text in SOME:
        made = await live_server.application(ApplicationType.SPA, name=text)
        for screen in ("sign_in", "register"):
            await page.goto(
                url(live_server, made.application_id, login_hint=text, ui_locales=text, first_screen=screen)
            )
            assert await page.locator("[autocomplete=username]").input_value() == text
            assert text in await page.title() or text in await page.locator("main header").inner_text()
            await nothing_ran(page)


async def test_A6_the_form_post_page_sends_the_state_and_runs_nothing(live_server: Server, new_page: NewPage) -> None:
    made = await live_server.application(ApplicationType.SPA)
    for javascript in (True, False):
        page = await new_page(javascript=javascript)
        received = await _application(page)
        for text in SOME:
            await page.goto(url(live_server, made.application_id, response_mode="form_post", state=text, prompt="none"))
            if not javascript:
                await page.get_by_role("button", name="Continue").click()
            await page.wait_for_url(CALLBACK)
            assert received[-1]["state"] == [text]
            assert received[-1]["error"] == ["login_required"]
            assert received[-1]["iss"] == [f"{live_server.base_url}/oidc"]


async def _application(page: Page) -> list[dict[str, list[str]]]:
    """Stand in for the application; the forms that it is sent."""
    received: list[dict[str, list[str]]] = []

    async def receive(route: Route) -> None:
        received.append(parse_qs(route.request.post_data or ""))
        await route.fulfill(content_type="text/html", body="<title>back</title>")

    await page.route(CALLBACK, receive)
    return received


async def test_A6_claims_and_errors_do_not_run(live_server: Server, page: Page) -> None:
    await page.goto(f"{live_server.base_url}/demo-app/sign-up")
    await page.locator("[autocomplete=username]").fill("ada")
    await page.locator("#password").fill(PASSWORD)
    await page.locator("main form button:not([type=button])").click()
    await page.wait_for_url(f"{live_server.base_url}/demo-app")
    for text in SOME:
        for place in (f"/demo-app/callback?{urlencode({'error': text})}", f"/oidc/auth?{urlencode({text: text})}"):
            await page.goto(live_server.base_url + place)
            await nothing_ran(page)
        end = {"client_id": "demo-app", "state": text, "ui_locales": text}
        await page.goto(f"{live_server.base_url}/oidc/session/end?{urlencode(end)}")
        assert await page.locator("input[name=state]").input_value() == text
        await nothing_ran(page)
