"""A6: whatever is sent along comes back as text, and the answer of one response mode never leaves by another."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from markupsafe import escape
from sqlalchemy import bindparam, update

from narthex.access import system_actor
from narthex.app import create_tenant
from narthex.applications.types import ApplicationType
from narthex.kit.database import statement
from narthex.resources import service as resources
from narthex.users.tables import users
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import HTML, PASSWORD, forms, returned
from tests.oidc.relying_party import post_form, relying_party
from tests.security.page_structure import Page, active_parts
from tests.security.xss_corpus import payloads

RENAME = statement(
    update(users)
    .where(users.c.username_key == bindparam("key"))
    .values(
        name=bindparam("new_name"),
        avatar=bindparam("new_avatar"),
        profile=bindparam("new_profile", type_=users.c.profile.type),
    )
)
Open = Callable[[str], Awaitable[httpx2.Response]]


def check(page: httpx2.Response, honest: httpx2.Response, text: str, *, shown: bool) -> None:
    """The page has the elements of the honest page and no other, says the text (where it is shown) as text, and its
    policy lets nothing run that is not a file of ours."""
    assert page.status_code == honest.status_code, text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    found, expected = Page(page.text), Page(honest.text)
    assert active_parts(found) == [], text
    assert found.elements == expected.elements, text
    assert found.comments == [], text
    if shown:
        assert str(escape(text)) in page.text, text
    if any(sign in text for sign in "<\"'"):
        assert text not in page.text, text


async def all_pages(open_page: Open, texts: list[str], *, shown: bool = True) -> None:
    """Open the page with each text."""
    honest = await open_page("plain")
    for text in texts:
        check(await open_page(text), honest, text, shown=shown)


@pytest.fixture(params=[pytest.param(True, id="some"), pytest.param(False, id="all", marks=pytest.mark.long)])
def small(request: pytest.FixtureRequest) -> bool:
    """Whether some texts are enough."""
    return bool(request.param)


async def test_A6_login_hint_and_ui_locales(server: Server, small: bool) -> None:
    party = await relying_party(server)
    for screen in ("sign_in", "register"):

        async def hinted(text: str, screen: str = screen) -> httpx2.Response:
            return await party.authorize(login_hint=text, first_screen=screen)

        async def localised(text: str, screen: str = screen) -> httpx2.Response:
            return await party.authorize(ui_locales=text, first_screen=screen)

        await all_pages(hinted, payloads(small=small, longest=256))
        await all_pages(localised, payloads(small=small, longest=256), shown=False)


async def test_A6_what_was_typed(server: Server) -> None:
    party = await relying_party(server)
    sign_in, register = await party.authorize(), await party.authorize(first_screen="register")

    async def typed(text: str) -> httpx2.Response:
        return await party.browser.submit(sign_in, {"identifier": text, "password": ""})

    async def chosen(text: str) -> httpx2.Response:
        return await party.browser.submit(register, {"username": f"1{text}", "password": PASSWORD})

    await all_pages(typed, payloads(small=True, longest=200))
    await all_pages(chosen, payloads(small=True, longest=100)[:8])


async def test_A6_state_in_the_form_post_page(server: Server, small: bool) -> None:
    party = await relying_party(server)
    await party.sign_up()

    async def success(text: str) -> httpx2.Response:
        return await party.authorize(response_mode="form_post", state=text)

    async def failure(text: str) -> httpx2.Response:
        return await party.authorize(response_mode="form_post", state=text, response_type="token")

    await all_pages(success, payloads(small=small))
    await all_pages(failure, payloads(small=small))


async def test_A6_error_descriptions_that_repeat_what_was_sent(server: Server, small: bool) -> None:
    party = await relying_party(server)

    async def repeated_name(text: str) -> httpx2.Response:
        return await party.authorize(response_mode="form_post", **{text[:60]: ["1", "2"]})

    async def unknown_prompt(text: str) -> httpx2.Response:
        return await party.authorize(response_mode="form_post", prompt=text)

    await all_pages(repeated_name, payloads(small=small), shown=False)
    await all_pages(unknown_prompt, payloads(small=small), shown=False)
    page = await unknown_prompt("<script>x</script>")
    assert "&lt;script&gt;x&lt;/script&gt;" in page.text


async def test_A6_names_of_applications_and_tenants(server: Server, small: bool) -> None:
    number = 0

    async def named(text: str) -> httpx2.Response:
        party = await relying_party(server, name=text)
        return await party.authorize()

    async def tenant_named(text: str) -> httpx2.Response:
        nonlocal number
        number += 1
        tenant_id = f"t{number}"
        await create_tenant(server.runtime, system_actor(tenant_id), tenant_id, text)
        await server.app.directory.refresh()
        async with server.client(tenant_id) as client:
            return await client.get(f"/t/{tenant_id}/oidc/session/end/success", headers=HTML)

    # What cannot be shown cannot be registered.
    texts = [text for text in payloads(small=small, longest=128) if text.isprintable()]
    await all_pages(named, texts[: 20 if small else None])
    await all_pages(tenant_named, texts[: 5 if small else 60], shown=False)


async def test_A6_scopes_and_resources_on_the_consent_page(server: Server, small: bool) -> None:
    party = await relying_party(server, ApplicationType.TRADITIONAL, is_third_party=True)
    page = await party.browser.sign_up(party.id, CALLBACK)
    await party.browser.submit(page, {"decision": "allow"})
    actor, cache, number = system_actor("default"), server.runtime.cache, 0

    async def described(text: str) -> httpx2.Response:
        nonlocal number
        number += 1
        indicator = f"https://api.example.com/{number}"
        scope = text if not any(sign.isspace() for sign in text) else "read"
        async with server.runtime.database.write("default") as tx:
            resource_id = await resources.create(tx, actor, cache, text, indicator)
            await resources.create_scope(tx, actor, cache, resource_id, scope, f"{text}!")
        return await party.authorize(scope=f"openid {scope}", resource=indicator)

    await all_pages(described, payloads(small=small, longest=250)[: 20 if small else None])

    async def unknown(text: str) -> httpx2.Response:
        return await party.authorize(scope=f"openid {text}")

    honest = await unknown("plain")
    for text in payloads(small=small):
        check(await unknown(text), honest, text, shown=False)


async def test_A6_claims_in_the_demo_app(server: Server, small: bool) -> None:
    browser = server.browser()
    page = await browser.get("/demo-app/sign-up")
    page = await browser.submit(page, {"username": "ada", "password": PASSWORD})
    assert page.request.url.path == "/demo-app"

    async def claimed(text: str) -> httpx2.Response:
        profile = {"nickname": text, "website": text, "locale": text, "zoneinfo": text}
        async with server.runtime.database.write("default") as tx:
            await tx.run(RENAME, key="ada", new_name=text, new_avatar=text, new_profile=profile)
        await browser.post("/demo-app/refresh", forms(page)[0].fields)
        home = await browser.get("/demo-app")
        # A refresh puts new tokens into the cookie, and with them a new form token.
        page.__dict__.update(home.__dict__)
        return home

    await all_pages(claimed, payloads(small=small, longest=128)[: 20 if small else None])


async def test_A6_errors_that_come_back_to_the_demo_app(server: Server) -> None:
    browser = server.browser()

    async def failed(text: str) -> httpx2.Response:
        started = await browser.client.get("/demo-app/sign-in")
        state = returned(started)["state"]
        query: dict[str, Any] = {"error": text, "error_description": text, "state": state, "iss": "x"}
        assert (await browser.client.get("/demo-app/callback", params=query)).status_code == 303, "not our issuer"
        query["iss"] = f"{server.base_url}/oidc"
        return await browser.client.get("/demo-app/callback", params=query)

    await all_pages(failed, payloads(small=True), shown=False)


async def test_A6_addresses_in_error_pages(server: Server, small: bool) -> None:
    async with server.client() as client:

        async def lost(text: str) -> httpx2.Response:
            return await client.get(f"/{quote(text, safe='')}", params={text: text}, headers=HTML)

        async def refused(text: str) -> httpx2.Response:
            return await client.get("/oidc/auth", params={"client_id": text, "redirect_uri": text}, headers=HTML)

        for open_page in (lost, refused):
            await all_pages(open_page, payloads(small=small), shown=False)


async def test_A6_the_sign_out_page(server: Server, small: bool) -> None:
    party = await relying_party(server)
    await party.sign_up()

    async def asked(text: str) -> httpx2.Response:
        query = {"client_id": party.id, "state": text, "ui_locales": text}
        return await party.browser.client.get("/oidc/session/end", params=query, headers=HTML)

    await all_pages(asked, payloads(small=small))


async def test_A6_errors_for_programs_are_no_pages(server: Server) -> None:
    party = await relying_party(server)
    async with server.client() as client:
        for text in payloads(small=True):
            for answer in (
                await client.get("/oidc/auth", params={"client_id": text}),
                await party.post("token", client_id=text, grant_type=text),
                await post_form(server, "/oidc/token", {"client_id": party.id, text[:60]: ["1", "2"]}),
                await client.get(f"/oidc/{quote(text, safe='')}"),
            ):
                assert answer.status_code >= 400
                assert answer.headers["content-type"] == "application/json; charset=utf-8"
                assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("wrong", [{}, {"response_type": "token"}, {"prompt": "none login"}], ids=str)
async def test_A6_an_answer_leaves_by_the_mode_that_was_asked_for(server: Server, wrong: dict[str, str]) -> None:
    party = await relying_party(server)
    await party.sign_up()
    name = "error" if wrong else "code"
    by_query = await party.authorize(**wrong)
    assert by_query.headers["location"].startswith(f"{CALLBACK}?{name}=")
    assert "#" not in by_query.headers["location"]
    by_fragment = await party.authorize(response_mode="fragment", **wrong)
    assert by_fragment.headers["location"].startswith(f"{CALLBACK}#{name}=")
    by_form = await party.authorize(response_mode="form_post", **wrong)
    assert "location" not in by_form.headers
    assert [form.action for form in forms(by_form)] == [CALLBACK]
    assert name in forms(by_form)[0].fields
    for answer in (by_query, by_fragment, by_form):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] in {"no-referrer", "strict-origin"}


async def test_A6_an_unknown_mode_is_an_error_in_the_query(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    for mode in ["jwt", "query.jwt", "form_post.jwt", "web_message", "FORM_POST", "query fragment", "x"]:
        answer = await party.authorize(response_mode=mode)
        assert answer.headers["location"].startswith(f"{CALLBACK}?error=unsupported_response_mode")
        assert "code" not in returned(answer)
