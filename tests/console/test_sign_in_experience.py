"""The sign-in experience in the console: introduction, tabs, order of connectors, preview, languages."""

import pytest

from narthex.access import system_actor
from narthex.connections import service as connections
from narthex.connections.schemas import ConnectionMetadata, NewConnection
from narthex.sign_in_settings import service as settings_service
from tests.fixtures.console import OperatorBrowser
from tests.fixtures.server import CALLBACK, Server

BRANDING = {"primary_color": "", "dark_mode": "on", "dark_primary_color": "", "logo_url": "", "favicon": ""}
WAYS_IN = {"identifier": "username", "by_username": "on", "ask_missing": "on", "registration": "on"}
CONTENT = {"agree_policy": "Automatic", "auto_detect": "on", "fallback_language": "en"}
CONFIG = {
    "clientId": "narthex",
    "clientSecret": "a made-up secret",
    "scope": "openid",
    "authorizationEndpoint": "https://id.example/authorize",
    "tokenEndpoint": "https://id.example/token",
    "idTokenVerificationConfig": {"jwksUri": "https://id.example/jwks", "issuer": "https://id.example"},
}


async def add_connection(server: Server, target: str, name: str) -> None:
    """Configure an OIDC connector."""
    new = NewConnection("oidc", CONFIG, target, ConnectionMetadata(name={"en": name}))
    async with server.runtime.database.write("default") as tx:
        await connections.create(tx, system_actor("default"), server.runtime, new)


async def stored(server: Server) -> dict[str, object]:
    """What is kept, as far as these tests look at it."""
    found = (await settings_service.read(server.runtime, "default")).experience
    return {
        "colour": found.color.primary_color,
        "identifiers": found.sign_up.identifiers,
        "methods": len(found.sign_in.methods),
        "social": found.social_sign_in_connector_targets,
        "mode": found.sign_in_mode.value,
        "terms": found.terms_of_use_url,
    }


async def test_the_first_visit_begins_with_an_introduction(operator: OperatorBrowser) -> None:
    first = await operator.get("sign-in-experience")
    assert "The page that people meet first" in first.text
    went_on = await operator.post("sign-in-experience")
    assert went_on.headers["location"].endswith("/sign-in-experience/branding")
    assert (await operator.get("sign-in-experience")).status_code == 303


async def test_a_colour_is_saved_and_reaches_the_page(server: Server, operator: OperatorBrowser) -> None:
    saved = await operator.post("sign-in-experience/branding", {**BRANDING, "primary_color": "#123abc"})
    assert saved.status_code == 303
    assert (await stored(server))["colour"] == "#123abc"
    application = await server.application()
    browser = server.browser()
    page = await browser.get(browser.authorize_url(application.application_id, CALLBACK))
    assert "brand=123abc" in page.text


@pytest.mark.parametrize(
    ("tab", "fields", "field"),
    [
        ("branding", {**BRANDING, "primary_color": "red"}, "primary_color"),
        ("branding", {**BRANDING, "logo_url": "javascript:alert(1)"}, "logo_url"),
        ("content", {**CONTENT, "terms_url": "example.com"}, "terms_url"),
        ("content", {**CONTENT, "support_email": "nobody"}, "support_email"),
        ("content", {**CONTENT, "fallback_language": "tlh"}, "fallback_language"),
        ("sign-up-and-sign-in", {**WAYS_IN, "social": "unknown"}, "social"),
    ],
)
async def test_a_bad_value_is_said_at_its_field_and_nothing_is_saved(
    server: Server, operator: OperatorBrowser, tab: str, fields: dict[str, str], field: str
) -> None:
    before = await stored(server)
    answer = await operator.post(f"sign-in-experience/{tab}", fields)
    assert answer.status_code in {400, 422}
    assert f'id="{field}-problem"' in answer.text
    assert await stored(server) == before


async def test_a_connector_is_added_ordered_and_saved(server: Server, operator: OperatorBrowser) -> None:
    await add_connection(server, "oidc", "OIDC")
    await add_connection(server, "library", "Library card")
    here = "sign-in-experience/sign-up-and-sign-in"
    page = await operator.post(here, {**WAYS_IN, "identifier": "none", "social": "library", "do": "add:oidc"})
    assert page.status_code == 200
    assert page.text.index('value="library"') < page.text.index('value="oidc"')
    assert (await stored(server))["social"] == ()
    ways: dict[str, str | list[str]] = {**WAYS_IN, "social": ["library", "oidc"]}
    moved = await operator.post(here, {**ways, "do": "up:oidc"})
    assert moved.text.index('value="oidc"') < moved.text.index('value="library"')
    fields: dict[str, str | list[str]] = {"identifier": "none", "ask_missing": "on", "registration": "on"}
    fields["social"] = ["oidc", "library"]
    assert (await operator.post(here, fields)).status_code == 303
    kept = await stored(server)
    assert (kept["identifiers"], kept["methods"], kept["social"]) == ((), 0, ("oidc", "library"))


async def test_the_preview_shows_what_is_not_saved(server: Server, operator: OperatorBrowser) -> None:
    await add_connection(server, "oidc", "OIDC")
    fields = {"tab": "sign-up-and-sign-in", "identifier": "none", "registration": "on", "social": "oidc"}
    page = await operator.post("sign-in-experience/preview", fields)
    assert "Continue with OIDC" in page.text
    assert 'name="password"' not in page.text
    assert "<script" not in page.text
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    assert "Continue with OIDC" not in (await operator.get("sign-in-experience/preview")).text


async def test_the_preview_follows_language_and_theme(operator: OperatorBrowser) -> None:
    page = await operator.get("sign-in-experience/preview?preview_language=ja&preview_theme=dark")
    assert '<html lang="ja"' in page.text
    assert 'data-theme="dark"' in page.text


async def test_a_preview_of_values_that_cannot_be_saved_shows_the_page_as_it_is(operator: OperatorBrowser) -> None:
    page = await operator.post("sign-in-experience/preview", {"tab": "branding", "primary_color": "</style>"})
    assert page.status_code == 200
    assert "</style>" not in page.text


async def test_phrases_are_changed_and_act_at_once(server: Server, operator: OperatorBrowser) -> None:
    changed = {"phrase.sign_in.submit": "Come in"}
    saved = await operator.post("sign-in-experience/languages/en?group=sign_in", changed)
    assert saved.status_code == 303
    application = await server.application()
    browser = server.browser()
    page = await browser.get(browser.authorize_url(application.application_id, CALLBACK))
    assert "Come in" in page.text
    assert "Come in" in (await operator.get("sign-in-experience/languages/en?group=sign_in")).text
    # The other groups stay as they were when one is saved.
    await operator.post("sign-in-experience/languages/en?group=register", {"phrase.register.submit": "Join"})
    assert "Come in" in (await operator.get("sign-in-experience/languages/en?group=sign_in")).text


async def test_a_language_is_added_and_deleted(server: Server, operator: OperatorBrowser) -> None:
    added = await operator.post("sign-in-experience/languages", {"tag": "fr", "language_name": "Français"})
    assert added.headers["location"].endswith("/languages/fr")
    application = await server.application()
    browser = server.browser()
    page = await browser.get(browser.authorize_url(application.application_id, CALLBACK, ui_locales="fr"))
    assert '<html lang="fr"' in page.text
    assert (await operator.post("sign-in-experience/languages/fr/delete")).status_code == 303
    assert (await operator.get("sign-in-experience/languages/fr")).status_code == 404


@pytest.mark.parametrize("tag", ["", "not a tag", "x" * 40, "<b>"])
async def test_a_bad_language_tag_is_refused(operator: OperatorBrowser, tag: str) -> None:
    answer = await operator.post("sign-in-experience/languages", {"tag": tag, "language_name": "Mine"})
    assert answer.status_code == 400


async def test_the_default_language_stays(operator: OperatorBrowser) -> None:
    await operator.post("sign-in-experience/languages/en?group=sign_in", {"phrase.sign_in.submit": "Come in"})
    assert (await operator.post("sign-in-experience/languages/en/delete")).status_code == 400
