"""The settings of one application in the console: fields, addresses, secrets, and its end."""

import re
from typing import Any
from urllib.parse import quote

import pytest

from narthex.access import system_actor
from narthex.applications import client_secrets, queries
from narthex.applications.schemas import ApplicationDetails
from narthex.applications.types import ApplicationType
from tests.fixtures.console import OperatorBrowser
from tests.fixtures.server import CALLBACK, HOME, Server

DAY = 24 * 60 * 60 * 1000
FORM: dict[str, Any] = {
    "do": "save",
    "name": "Bookstore",
    "description": "",
    "redirect_uris": [CALLBACK],
    "post_logout_redirect_uris": [HOME],
    "cors_allowed_origins": [""],
    "rotate_refresh_token": "on",
    "refresh_token_days": "14",
}


async def stored(server: Server, application_id: str) -> ApplicationDetails:
    async with server.runtime.database.read("default") as reader:
        return await queries.get(reader, application_id)


async def test_the_page_shows_what_the_code_needs(server: Server, operator: OperatorBrowser) -> None:
    made = await server.application()
    page = (await operator.get(f"applications/{made.application_id}")).text
    for text in (made.application_id, "http://localhost:3001/oidc/token", CALLBACK, HOME, "Default secret"):
        assert text in page
    # Masked for the eye, and there for the copy button.
    assert f'data-secret="{made.secret}"' in page
    assert f">{made.secret}<" not in page


async def test_settings_are_saved(server: Server, operator: OperatorBrowser) -> None:
    made = await server.application()
    changed = {
        "name": "Bücher",
        "description": "The shop",
        "redirect_uris": [CALLBACK, "https://shop.example/callback", ""],
        "post_logout_redirect_uris": [""],
        "cors_allowed_origins": ["https://Shop.example/"],
        "always_issue_refresh_token": "on",
        "refresh_token_days": "30",
    }
    without_rotation = {name: value for name, value in FORM.items() if name != "rotate_refresh_token"}
    answer = await operator.post(f"applications/{made.application_id}", without_rotation | changed)
    assert answer.status_code == 303, answer.text
    assert "Saved" in (await operator.get(f"applications/{made.application_id}")).text
    found = await stored(server, made.application_id)
    custom = found.custom_client_metadata
    assert (found.name, found.description) == ("Bücher", "The shop")
    assert found.oidc_client_metadata.redirect_uris == (CALLBACK, "https://shop.example/callback")
    assert found.oidc_client_metadata.post_logout_redirect_uris == ()
    assert custom.cors_allowed_origins == ("https://shop.example",)
    assert (custom.rotate_refresh_token, custom.always_issue_refresh_token) == (False, True)
    assert custom.refresh_token_ttl_in_days == 30


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"description": "x" * 2049}, "description"),
        ({"redirect_uris": [CALLBACK, "http://localhost:3000/#there"]}, "redirect_uris"),
        ({"redirect_uris": ["https://*.example/callback"]}, "redirect_uris"),
        ({"post_logout_redirect_uris": ["javascript:alert(1)"]}, "post_logout_redirect_uris"),
        ({"cors_allowed_origins": ["https://shop.example/path"]}, "cors_allowed_origins"),
        ({"cors_allowed_origins": [f"https://{number}.example" for number in range(101)]}, "cors_allowed_origins"),
        ({"refresh_token_days": "0"}, "refresh_token_days"),
        ({"refresh_token_days": "181"}, "refresh_token_days"),
        ({"refresh_token_days": "soon"}, "refresh_token_days"),
    ],
)
async def test_a_bad_setting_is_refused_at_its_field_and_nothing_is_saved(
    server: Server, operator: OperatorBrowser, changed: dict[str, Any], field: str
) -> None:
    made = await server.application()
    before = await stored(server, made.application_id)
    answer = await operator.post(f"applications/{made.application_id}", FORM | changed)
    assert answer.status_code == 400
    assert f'id="{field}-problem"' in answer.text
    assert f'<a href="#{field}">' in answer.text
    assert "data-dirty" in answer.text
    typed = changed[field][-1] if isinstance(changed[field], list) else changed[field]
    assert typed in answer.text
    assert await stored(server, made.application_id) == before


async def test_rows_are_added_and_removed_without_scripts_and_nothing_is_saved(
    server: Server, operator: OperatorBrowser
) -> None:
    made = await server.application()
    path = f"applications/{made.application_id}"
    rows = re.compile(r'name="redirect_uris" type="url" value="([^"]*)"')
    more = (await operator.post(path, FORM | {"do": "add:redirect_uris", "name": "Typed"})).text
    assert rows.findall(more) == [CALLBACK, ""]
    assert 'value="Typed"' in more
    fewer = FORM | {"redirect_uris": ["https://a.example/", "https://b.example/"], "do": "remove:redirect_uris:0"}
    assert rows.findall((await operator.post(path, fewer)).text) == ["https://b.example/"]
    assert rows.findall((await operator.get(path)).text) == [CALLBACK]


async def test_enter_saves_since_the_first_button_does(server: Server, operator: OperatorBrowser) -> None:
    made = await server.application()
    page = (await operator.get(f"applications/{made.application_id}")).text
    form = page[page.index("data-guard") :]
    first = re.search(r"<button[^>]*>", form)
    assert first is not None
    assert 'value="save"' in first[0]


@pytest.mark.parametrize("type", [ApplicationType.SPA, ApplicationType.NATIVE])
async def test_a_public_application_shows_no_secrets(
    server: Server, operator: OperatorBrowser, type: ApplicationType
) -> None:
    made = await server.application(type)
    path = f"applications/{made.application_id}"
    page = (await operator.get(path)).text
    assert "secrets/new" not in page
    assert "keeps no secret" in page
    assert (await operator.get(f"{path}/secrets/new")).status_code == 422
    answer = await operator.post(f"{path}/secrets/new", {"name": "One"})
    assert answer.status_code == 422
    assert "cannot keep a secret" in answer.text


async def test_a_custom_scheme_is_for_native_applications(server: Server, operator: OperatorBrowser) -> None:
    native = await server.application(ApplicationType.NATIVE)
    form = FORM | {"redirect_uris": ["com.example.shop://callback"]}
    assert (await operator.post(f"applications/{native.application_id}", form)).status_code == 303
    web = await server.application()
    assert (await operator.post(f"applications/{web.application_id}", form)).status_code == 400


async def test_a_secret_is_made_renamed_and_deleted(server: Server, operator: OperatorBrowser) -> None:
    made = await server.application()
    path, odd = f"applications/{made.application_id}", "Laptop / of <Ada> & ?"
    created = await operator.post(f"{path}/secrets/new", {"name": odd, "expires": "7"})
    assert created.headers["location"].endswith("#credentials")
    async with server.runtime.database.read("default") as reader:
        kept = await client_secrets.revealed(server.runtime, reader, made.application_id)
    assert [one.expires_at for one in kept] == [None, server.clock.now() + 7 * DAY]
    page = (await operator.get(path)).text
    assert "Laptop / of &lt;Ada&gt; &amp; ?" in page
    assert f'data-secret="{kept[1].value}"' in page
    named = f"?name={quote(odd, safe='')}"
    assert (await operator.get(f"{path}/secrets/rename{named}")).status_code == 200
    await operator.post(f"{path}/secrets/rename{named}", {"name": "Laptop"})
    wrong = await operator.post(f"{path}/secrets/delete?name=Laptop", {"confirm": "laptop"})
    assert wrong.status_code == 400
    assert 'id="confirm-problem"' in wrong.text
    await operator.post(f"{path}/secrets/delete?name=Laptop", {"confirm": "Laptop"})
    async with server.runtime.database.read("default") as reader:
        left = await client_secrets.secrets_of(reader, made.application_id)
    assert [one.name for one in left] == ["Default secret"]


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"name": "", "expires": "7"}, 400, "name"),
        ({"name": "Default secret", "expires": "7"}, 422, "name"),
        ({"name": "Laptop", "expires": "8"}, 400, "expires"),
    ],
)
async def test_a_bad_secret_is_refused_at_its_field(
    server: Server, operator: OperatorBrowser, fields: dict[str, str], status: int, field: str
) -> None:
    made = await server.application()
    answer = await operator.post(f"applications/{made.application_id}/secrets/new", fields)
    assert answer.status_code == status
    assert f'id="{field}-problem"' in answer.text


async def test_a_taken_name_is_refused_at_the_field_of_the_new_one(server: Server, operator: OperatorBrowser) -> None:
    made = await server.application()
    path = f"applications/{made.application_id}/secrets"
    await operator.post(f"{path}/new", {"name": "Laptop", "expires": "never"})
    answer = await operator.post(f"{path}/rename?name=Laptop", {"name": "Default secret"})
    assert answer.status_code == 422
    assert 'id="name-problem"' in answer.text


async def test_a_secret_that_ends_soon_or_has_ended_is_marked(server: Server, operator: OperatorBrowser) -> None:
    made = await server.application()
    async with server.runtime.database.write("default") as tx:
        for name, days in (("Over", 1), ("Soon", 10), ("Later", 100)):
            end = server.clock.now() + days * DAY
            await client_secrets.add_secret(tx, system_actor("default"), server.runtime, made.application_id, name, end)
    server.clock.advance(days=2)
    page = (await operator.get(f"applications/{made.application_id}")).text
    assert page.count('class="tag bad"') == 1
    assert page.count('class="tag warn"') == 1


async def test_an_application_is_deleted_by_typing_its_name(server: Server, operator: OperatorBrowser) -> None:
    made = await server.application()
    path = f"applications/{made.application_id}"
    assert "Delete Bookstore?" in (await operator.get(f"{path}/delete")).text
    wrong = await operator.post(f"{path}/delete", {"confirm": "bookstore"})
    assert wrong.status_code == 400
    assert 'id="confirm-problem"' in wrong.text
    gone = await operator.post(f"{path}/delete", {"confirm": "Bookstore"})
    assert gone.headers["location"] == "/console/default/applications"
    assert "The application was deleted" in (await operator.get("applications")).text


async def test_what_was_deleted_meanwhile_is_not_found(server: Server, operator: OperatorBrowser) -> None:
    made = await server.application()
    path = f"applications/{made.application_id}"
    await operator.post(f"{path}/delete", {"confirm": "Bookstore"})
    for page in ("", "/guide", "/roles", "/delete", "/secrets/new", "/secrets/rename?name=Default%20secret"):
        assert (await operator.get(path + page)).status_code == 404, page
    for form in ("", "/guide", "/guide/framework", "/roles", "/delete", "/secrets/new", "/secrets/delete?name=x"):
        assert (await operator.post(path + form, FORM)).status_code == 404, form


async def test_another_tenants_application_is_as_good_as_none(server: Server, operator: OperatorBrowser) -> None:
    await server.add_tenant("acme")
    made = await server.application(tenant_id="acme")
    nothing = await operator.get("applications/nothing")
    foreign = await operator.get(f"applications/{made.application_id}")
    assert (foreign.status_code, nothing.status_code) == (404, 404)
    assert (await operator.get(f"/console/acme/applications/{made.application_id}")).status_code == 200


@pytest.mark.parametrize("page", ["demo-app", "demo-app/guide", "demo-app/delete", "demo-app/secrets/new"])
async def test_what_is_part_of_the_server_is_not_shown(operator: OperatorBrowser, page: str) -> None:
    assert (await operator.get(f"applications/{page}")).status_code == 404
