"""The sign-up page: a name and a password make an account, or the page says what to change."""

from urllib.parse import urlsplit

import httpx2
import pytest

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.registration.service import SIGN_UPS_PER_ADDRESS
from narthex.sign_in_settings import service as sign_in_settings
from narthex.sign_in_settings.schemas import (
    CharacterTypesPolicy,
    Experience,
    LengthPolicy,
    PasswordPolicy,
    RejectsPolicy,
    SignInMode,
)
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.traces import events, rows, watched_hashes
from tests.fixtures.walk import PASSWORD, Browser, forms, returned

KEY = "Interaction.Register.Verification.NewPasswordIdentity.Submit"


@pytest.fixture
async def application(server: Server) -> Credentials:
    """An application."""
    return await server.application()


async def page(browser: Browser, application: Credentials, **parameters: str) -> httpx2.Response:
    url = browser.authorize_url(application.application_id, CALLBACK, first_screen="register", **parameters)
    return await browser.get(url)


async def sent(server: Server, application: Credentials, name: str, password: str) -> httpx2.Response:
    browser = server.browser()
    return await browser.submit(await page(browser, application), {"username": name, "password": password})


async def change(server: Server, experience: Experience) -> None:
    async with server.runtime.database.write("default") as tx:
        await sign_in_settings.change(tx, system_actor("default"), server.runtime, experience)


def problems_at(answer: httpx2.Response) -> list[str]:
    """The fields whose problems the page names."""
    return [name for name in ("username", "password") if f'href="#{name}"' in answer.text]


async def test_an_account_is_made_and_signed_in(server: Server, application: Credentials) -> None:
    browser = server.browser()
    shown = await page(browser, application, login_hint="Ada")
    assert 'name="username" value="Ada"' in shown.text
    answer = await browser.submit(shown, {"username": "Ada", "password": PASSWORD})
    assert "code" in returned(answer)
    (user,) = await rows(server, "users")
    assert (user["username"], user["application_id"]) == ("Ada", application.application_id)
    assert user["last_sign_in_at"] == server.clock.now()
    assert {"session.default", "interaction.default", "device.default"} <= set(browser.client.cookies)


REFUSED = [
    ("", PASSWORD, ["username"], "user.invalid_username"),
    ("1ada", PASSWORD, ["username"], "user.invalid_username"),
    ("a da", PASSWORD, ["username"], "user.invalid_username"),
    ("x" * 129, PASSWORD, ["username"], "user.invalid_username"),
    ("аda", PASSWORD, ["username"], "user.invalid_username"),
    ("bob", "Zg7!k", ["password"], "password.rejected"),
    ("bob", "password1234", ["password"], "password.rejected"),
    ("bob", "x" * 300, ["password"], "password.rejected"),
    ("bob_the_builder", "im-bob_the_builder", ["password"], "password.rejected"),
    ("taken", PASSWORD, ["username"], "user.username_already_in_use"),
    ("TAKEN", PASSWORD, ["username"], "user.username_already_in_use"),
]


async def test_a_refusal_names_the_field_changes_nothing_and_is_told(server: Server, application: Credentials) -> None:
    await sent(server, application, "taken", PASSWORD)
    before = [await rows(server, name) for name in ("users", "passwords", "sessions", "known_browsers")]
    for name, password, fields, code in REFUSED:
        server.clock.advance(milliseconds=1)
        answer = await sent(server, application, name, password)
        assert (answer.status_code, problems_at(answer)) == (422, fields), name
        assert password not in answer.text
        (row,) = [one for one in await events(server.runtime, KEY) if one.created_at == server.clock.now()]
        assert (row.result, row.payload["error"], row.user_id) == ("Error", code, None)
        assert row.payload["params"] == {"identifier": name[:128]}
        assert row.application_id == application.application_id
        assert row.interaction_id
    assert before == [await rows(server, name) for name in ("users", "passwords", "sessions", "known_browsers")]
    assert not any(
        password in str(row.payload) for row in await events(server.runtime) for _, password, *_ in REFUSED[5:8]
    )


async def test_an_empty_password_is_missing(server: Server, application: Credentials) -> None:
    answer = await sent(server, application, "ada", "")
    assert (answer.status_code, problems_at(answer)) == (422, ["password"])
    assert await rows(server, "attempts") == []


async def test_what_was_typed_stays_but_for_the_password(server: Server, application: Credentials) -> None:
    answer = await sent(server, application, "ada", "short-1")
    assert 'name="username" value="ada"' in answer.text
    assert "short-1" not in answer.text


async def test_the_policy_of_the_tenant_holds(server: Server, application: Credentials) -> None:
    rejects = RejectsPolicy(pwned=False, repetition_and_sequence=False, user_info=False, words=("acme",))
    policy = PasswordPolicy(LengthPolicy(4, 12), CharacterTypesPolicy(2), rejects)
    await change(server, Experience(password_policy=policy))
    assert (await sent(server, application, "ada", "aaaa")).status_code == 422
    assert (await sent(server, application, "ada", "Acme1")).status_code == 422
    assert (await sent(server, application, "ada", "Aa1Aa1Aa1Aa1x")).status_code == 422
    assert "code" in returned(await sent(server, application, "ada", "adaA"))


async def test_a_password_that_is_refused_is_never_hashed(server: Server, application: Credentials) -> None:
    browser = server.browser()
    shown = await page(browser, application)
    with watched_hashes(server) as hashes:
        await browser.submit(shown, {"username": "ada", "password": "x" * 50_000})
        await browser.submit(shown, {"username": "1", "password": PASSWORD})
    assert hashes == []


async def test_where_sign_up_is_off_there_is_no_page(server: Server, application: Credentials) -> None:
    browser = server.browser()
    shown = await page(browser, application)
    await change(server, Experience(sign_in_mode=SignInMode.SIGN_IN))
    for answer in (
        await browser.get(str(shown.request.url)),
        await browser.submit(shown, {"username": "ada", "password": PASSWORD}),
    ):
        assert answer.status_code == 403
        assert "session.sign_up_off" in answer.text
    assert await rows(server, "users") == []


async def test_sign_in_is_offered_where_it_is_on(server: Server, application: Credentials) -> None:
    assert "/sign-in?" in (await page(server.browser(), application)).text
    await change(server, Experience(sign_in_mode=SignInMode.REGISTER))
    assert "/sign-in?" not in (await page(server.browser(), application)).text


async def test_the_limit_of_an_address_is_told(server: Server, application: Credentials) -> None:
    from narthex.credentials import attempts

    async with server.runtime.database.write("default") as tx:
        for _ in range(SIGN_UPS_PER_ADDRESS.most):
            await attempts.count(tx, "register", "127.0.0.1", SIGN_UPS_PER_ADDRESS)
    answer = await sent(server, application, "ada", PASSWORD)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3600")
    assert await rows(server, "users") == []
    assert [row.payload["error"] for row in await events(server.runtime, KEY)] == ["request.rate_limited"]


async def test_an_old_page_shows_its_form_again(server: Server, application: Credentials) -> None:
    browser = server.browser()
    shown = await page(browser, application)
    form = forms(shown)[0]
    stale = await browser.post(form.action, form.fields | {"form_token": "x", "username": "ada", "password": PASSWORD})
    assert stale.status_code == 403
    assert 'value="ada"' in stale.text
    assert "code" in returned(await browser.submit(stale, {"username": "ada", "password": PASSWORD}))


async def test_a_sign_up_is_told_step_by_step(server: Server, application: Credentials) -> None:
    await sent(server, application, "ada", PASSWORD)
    told = [row for row in await events(server.runtime) if row.key != "Application.Create"]
    (user,) = await rows(server, "users")
    assert sorted((row.key, row.result, row.user_id) for row in told) == [
        ("Interaction.Create", "Success", None),
        ("Interaction.End", "Success", user["id"]),
        ("Interaction.Register.Submit", "Success", user["id"]),
        (KEY, "Success", user["id"]),
        ("User.Create", "Success", user["id"]),
    ]
    assert {row.application_id for row in told} == {application.application_id}
    assert len({row.interaction_id for row in told if row.key.startswith("Interaction.")}) == 1


async def test_the_next_page_speaks_the_same_language(server: Server, application: Credentials) -> None:
    browser = server.browser()
    shown = await page(browser, application, ui_locales="ja")
    assert '<html lang="ja"' in shown.text
    answer = await browser.submit(shown, {"username": "ada", "password": "short"})
    assert '<html lang="ja"' in answer.text
    assert "ui_locales=ja" in urlsplit(forms(answer)[0].action).query
