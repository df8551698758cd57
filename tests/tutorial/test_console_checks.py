"""What the tutorial promises of the console (checks 1 to 7, 22 to 33, 39, 40, 42, 43), each under its number."""

import re
from html import unescape

import pytest
from playwright.async_api import Dialog, expect

from narthex.connections import service as connections
from narthex.connectors.contract import AuthorizationContext
from narthex.connectors.registry import find_connector
from narthex.kit.http_client import HttpClient
from narthex.sign_in_settings import service as settings_service
from tests.connectors.oidc.round_trip import RoundTrip
from tests.fixtures.browser import NewPage
from tests.fixtures.console import OperatorBrowser, new_operator
from tests.fixtures.furnished import CONFIG
from tests.fixtures.server import CALLBACK, HOME, Server
from tests.fixtures.small_provider import NOW_MS, SmallProvider
from tests.fixtures.upstreams import OUTGOING_ALLOW
from tests.fixtures.walk import returned

FORM = {
    "name": "OIDC",
    "target": "oidc",
    "clientId": "narthex",
    "clientSecret": "a-made-up-secret",
    "scope": "openid profile email",
    "authorizationEndpoint": "https://id.example/authorize",
    "tokenEndpoint": "https://id.example/token",
    "tokenEndpointAuthMethod": "client_secret_post",
    "idTokenVerificationConfig.jwksUri": "https://id.example/jwks",
    "idTokenVerificationConfig.issuer": "https://id.example",
}
WAYS_IN = {"identifier": "none", "ask_missing": "on", "registration": "on"}
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def create_bookstore(operator: OperatorBrowser) -> str:
    """Create "Bookstore" from the Flask card, and return its id."""
    made = await operator.post("applications/new", {"framework": "flask", "name": "Bookstore"})
    assert made.status_code == 303, made.text
    return made.headers["location"].split("/")[4]


async def set_up_connector(operator: OperatorBrowser, **changes: str) -> str:
    """Save a connector from its form, and return its id."""
    asked = await operator.get("connectors/new?connector=oidc")
    saved = await operator.post(asked.headers["location"], FORM | changes)
    assert saved.status_code == 303, saved.text
    return saved.headers["location"].rpartition("/")[2]


async def test_check_01_get_started_is_the_first_page_and_leads_to_all_frameworks(operator: OperatorBrowser) -> None:
    first = await operator.get("/console")
    assert first.headers["location"] == "/console/default/get-started"
    page = await operator.get("get-started")
    assert re.search(r'href="/console/default/applications/frameworks"[^>]*>\s*View all', page.text)


@on_sqlite
async def test_check_02_quick_filters_narrow_the_sections(live_server: Server, new_page: NewPage) -> None:
    operator = await new_operator(live_server)
    for javascript in (True, False):
        page = await new_page(javascript=javascript)
        await page.context.add_cookies(operator.cookies())
        await page.goto(live_server.base_url + operator.url("applications/frameworks"))
        await expect(page.get_by_role("heading", name="Traditional web")).to_be_visible()
        await page.get_by_role("checkbox", name="Traditional web").check()
        if not javascript:
            await page.get_by_role("button", name="Filter").click()
        await expect(page.get_by_role("link", name="Flask", exact=True)).to_be_visible()
        await expect(page.get_by_role("link", name="React", exact=True)).to_be_hidden()


async def test_check_03_the_cards_have_the_names_that_python_developers_look_for(operator: OperatorBrowser) -> None:
    page = await operator.get("applications/frameworks")
    for name in ("Flask", "Django", "FastAPI", "Python script", "Express", "React", "Machine-to-machine"):
        assert f">{name}</a>" in page.text


async def test_check_04_a_card_asks_for_a_name_only_and_makes_a_traditional_application(
    operator: OperatorBrowser,
) -> None:
    page = await operator.get("applications/new?framework=flask")
    main = page.text.partition("<main")[2]
    fields = re.findall(r"<(?:input|select|textarea)[^>]*>", main)
    assert [field for field in fields if 'type="hidden"' not in field and 'name="name"' not in field] == []
    application_id = await create_bookstore(operator)
    assert "Traditional web" in (await operator.get(f"applications/{application_id}")).text


async def test_check_05_the_guide_is_filled_with_the_values_of_this_application(
    server: Server, operator: OperatorBrowser
) -> None:
    made = await operator.post("applications/new", {"framework": "flask", "name": "Bookstore"})
    guide = await operator.get(made.headers["location"])
    assert "Congratulations" in guide.text
    application_id = made.headers["location"].split("/")[4]
    assert guide.text.count(application_id) > 2
    assert server.base_url in guide.text
    secret = re.search(r'id="app-secret" data-secret="(\w{32})"', guide.text)
    assert secret is not None
    await server.browser().sign_up(application_id, CALLBACK)
    asked = {"token": "x", "client_id": application_id, "client_secret": secret[1]}
    assert (await server.client().post("/oidc/token/introspection", data=asked)).status_code == 200


async def test_check_06_the_guide_opens_again_and_its_code_can_be_copied(operator: OperatorBrowser) -> None:
    application_id = await create_bookstore(operator)
    details = await operator.get(f"applications/{application_id}")
    assert f'href="/console/default/applications/{application_id}/guide"' in details.text
    again = await operator.get(f"applications/{application_id}/guide")
    assert "Congratulations" not in again.text
    assert again.text.count('<figure class="code"') == len(re.findall(r"<figure class=.code.", again.text)) > 3
    assert again.text.count("data-copy") > 3


async def test_check_07_details_show_credentials_and_endpoints_and_set_the_addresses(
    server: Server, operator: OperatorBrowser
) -> None:
    application_id = await create_bookstore(operator)
    page = (await operator.get(f"applications/{application_id}")).text
    assert application_id in page
    assert f"{server.base_url}/oidc/auth" in page
    assert "••••" in page
    guide = (await operator.get(f"applications/{application_id}/guide")).text
    assert f'value="{CALLBACK}"' in guide
    assert f'value="{HOME}"' in guide


async def test_check_22_connectors_have_a_social_tab_and_the_dialog_lists_oidc(operator: OperatorBrowser) -> None:
    page = (await operator.get("connectors")).text
    assert "Social connectors" in page
    assert "Add social connector" in page
    dialog = (await operator.get("connectors/add")).text
    assert 'value="oidc"' in dialog
    assert ">Next</button>" in dialog
    onward = await operator.get("connectors/add?connector=oidc")
    assert onward.headers["location"] == "/console/default/connectors/new?connector=oidc"


async def test_check_23_readme_left_and_form_right(operator: OperatorBrowser) -> None:
    asked = await operator.get("connectors/new?connector=oidc")
    page = (await operator.get(asked.headers["location"])).text
    readme, _, form = page.partition('class="fill"')
    for subject in ("clientId", "clientSecret", "scope", "authorizationEndpoint", "tokenEndpoint", "jwksUri", "issuer"):
        assert subject in readme, subject
    for subject in ("Authorization Code", "customConfig", "nonce"):
        assert subject.lower() in readme.lower(), subject
    assert 'name="clientId"' in form


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"clientId": ""}, "clientId"),
        ({"tokenEndpoint": "nowhere"}, "tokenEndpoint"),
        ({"scope": ""}, "scope"),
        ({"target": "Not A Target"}, "target"),
        ({"name": ""}, "name"),
        ({"customConfig": "{nonsense"}, "customConfig"),
        ({"customConfig": '{"state": "mine"}'}, "customConfig"),
    ],
)
async def test_check_24_an_invalid_configuration_is_refused_with_the_field_named(
    server: Server, operator: OperatorBrowser, change: dict[str, str], field: str
) -> None:
    asked = await operator.get("connectors/new?connector=oidc")
    refused = await operator.post(asked.headers["location"], FORM | change)
    assert refused.status_code in {400, 422}
    assert f'id="{field}-problem"' in refused.text
    assert "a-made-up-secret" in refused.text, "what was typed is not lost"
    assert await connections.listed(server.runtime, "default") == ()


async def test_check_24_save_and_done_creates_and_save_changes_edits(server: Server, operator: OperatorBrowser) -> None:
    connection_id = await set_up_connector(operator)
    page = await operator.get(f"connectors/{connection_id}")
    assert "a-made-up-secret" not in page.text
    await operator.post(f"connectors/{connection_id}", FORM | {"name": "Library", "clientSecret": ""})
    kept = await connections.get(server.runtime, "default", connection_id)
    assert kept.display_name() == "Library"
    config = connections.config_of(server.runtime, "default", kept)
    assert config["clientSecret"] == "a-made-up-secret"


async def test_check_25_several_oidc_connectors_each_with_its_own_target_name_and_logo(
    operator: OperatorBrowser,
) -> None:
    await set_up_connector(operator)
    logo = "data:image/png;base64,iVBORw0KGgo="
    await set_up_connector(operator, target="library", name="Library card", logo=logo)
    page = (await operator.get("connectors")).text
    assert "Library card" in page
    assert "<code>library</code>" in page
    assert logo in unescape(page)
    asked = await operator.get("connectors/new?connector=oidc")
    taken = await operator.post(asked.headers["location"], FORM)
    assert taken.status_code == 422
    assert 'id="target-problem"' in taken.text


async def test_check_26_the_redirect_uri_is_shown_before_and_after_saving(
    server: Server, operator: OperatorBrowser
) -> None:
    asked = await operator.get("connectors/new?connector=oidc")
    shown = re.search(
        r'id="redirect-uri" readonly value="([^"]+)"', (await operator.get(asked.headers["location"])).text
    )
    assert shown is not None
    saved = await operator.post(asked.headers["location"], FORM)
    connection_id = saved.headers["location"].rpartition("/")[2]
    assert shown[1] == f"{server.base_url}/callback/{connection_id}"
    assert shown[1] in (await operator.get(f"connectors/{connection_id}")).text


async def test_check_27_the_claims_of_the_provider_become_the_identity(small_provider: SmallProvider) -> None:
    said = {"name": "Ada", "picture": "https://p.example/a.png", "email": "ada@example.com", "email_verified": True}
    small_provider.claims = {**said, "phone_number": "+15550100", "phone_number_verified": False}
    http = HttpClient(OUTGOING_ALLOW)
    try:
        identity = await RoundTrip(http, small_provider.config(), NOW_MS).run(small_provider.visit)
    finally:
        await http.close()
    assert (identity.name, identity.avatar, identity.email) == ("Ada", "https://p.example/a.png", "ada@example.com")
    assert identity.phone is None
    assert identity.raw["phone_number"] == "+15550100"


@on_sqlite
@pytest.mark.parametrize("response_type", ["token", "id_token", "code id_token", "code token"])
async def test_check_28_only_the_authorization_code_flow_exists(server: Server, response_type: str) -> None:
    connector = find_connector("oidc")
    assert connector is not None
    bad = {**CONFIG, "authRequestOptionalConfig": {"responseType": response_type}}
    with pytest.raises(Exception, match="responseType"):
        connector.check_config(bad)
    context = AuthorizationContext(
        redirect_uri="https://a.example", state="s" * 43, randomness=server.runtime.randomness
    )
    start = await connector.begin(server.runtime.http, connector.check_config(CONFIG), context)
    assert "response_type=code&" in start.url + "&"


async def test_check_29_the_first_visit_shows_a_short_introduction(operator: OperatorBrowser) -> None:
    assert "The page that people meet first" in (await operator.get("sign-in-experience")).text
    await operator.post("sign-in-experience")
    assert (await operator.get("sign-in-experience")).headers["location"].endswith("/branding")


async def test_check_30_the_identifier_none_makes_no_password_and_no_verification(
    server: Server, operator: OperatorBrowser
) -> None:
    await set_up_connector(operator)
    saved = await operator.post("sign-in-experience/sign-up-and-sign-in", WAYS_IN | {"social": "oidc"})
    assert saved.status_code == 303
    kept = (await settings_service.read(server.runtime, "default")).experience
    assert kept.sign_up.identifiers == ()
    assert (kept.sign_up.password, kept.sign_up.verify) == (False, False)


async def test_check_31_and_32_a_connector_is_added_and_the_preview_shows_its_button(
    operator: OperatorBrowser,
) -> None:
    await set_up_connector(operator)
    here = "sign-in-experience/sign-up-and-sign-in"
    assert "Add Social Connector" in (await operator.get(here)).text
    added = await operator.post(here, WAYS_IN | {"do": "add:oidc"})
    assert 'name="social" value="oidc"' in added.text
    fields = WAYS_IN | {"tab": "sign-up-and-sign-in", "social": "oidc"}
    assert "Continue with OIDC" in (await operator.post("sign-in-experience/preview", fields)).text
    japanese = await operator.post("sign-in-experience/preview", fields | {"preview_language": "ja"})
    assert "OIDC" in japanese.text
    assert "Continue with OIDC" not in japanese.text


@on_sqlite
async def test_check_33_unsaved_changes_are_held_and_save_changes_saves_them(
    live_server: Server, new_page: NewPage
) -> None:
    operator = await new_operator(live_server)
    page = await new_page()
    await page.context.add_cookies(operator.cookies())
    here = live_server.base_url + operator.url("sign-in-experience/sign-up-and-sign-in")
    await page.goto(here)
    await expect(page.get_by_role("button", name="Save changes")).to_be_hidden()
    await page.get_by_role("switch", name="New people may sign up").uncheck()
    await expect(page.get_by_role("button", name="Save changes")).to_be_visible()
    asked: list[str] = []

    async def dismiss(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", dismiss)
    await page.get_by_role("link", name="Users", exact=True).click()
    await expect(page).to_have_url(here)
    assert asked == ["beforeunload"]
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert not (await settings_service.read(live_server.runtime, "default")).sign_up_is_on


async def test_check_39_the_pages_speak_the_language_of_the_person(server: Server, operator: OperatorBrowser) -> None:
    await set_up_connector(operator)
    await operator.post("sign-in-experience/sign-up-and-sign-in", WAYS_IN | {"social": "oidc"})
    application = await server.application()
    browser = server.browser()
    url = browser.authorize_url(application.application_id, CALLBACK, ui_locales="ja")
    assert '<html lang="ja"' in (await browser.get(url)).text
    plain = browser.authorize_url(application.application_id, CALLBACK)
    assert '<html lang="en"' in (await browser.get(plain)).text
    japanese = await server.browser(accept_language="ja,en;q=0.5").get(plain)
    assert '<html lang="ja"' in japanese.text
    assert "OIDC" in japanese.text


async def test_check_40_the_audit_log_shows_the_steps(server: Server, operator: OperatorBrowser) -> None:
    application = await server.application()
    await server.browser().sign_up(application.application_id, CALLBACK)
    # A long key may be broken at its dots.
    page = (await operator.get("audit-log")).text.replace("<wbr>", "")
    for key in (
        "Interaction.Create",
        "Interaction.Register.Verification.NewPasswordIdentity.Submit",
        "Interaction.Register.Submit",
        "Interaction.End",
    ):
        assert f">{key}</a>" in page, key


async def test_check_42_users_are_found_suspended_deleted_and_counted(
    server: Server, operator: OperatorBrowser
) -> None:
    application = await server.application()
    await server.browser().sign_up(application.application_id, CALLBACK, "ada")
    user_id = re.search(r"/console/default/users/(\w{12})", (await operator.get("users?q=ad")).text)
    assert user_id is not None
    await operator.post(f"users/{user_id[1]}/suspension", {"do": "suspend"})
    refused = await server.browser().sign_in(application.application_id, CALLBACK, "ada")
    assert refused.status_code == 403
    page = (await operator.get("dashboard")).text
    for name in (
        "Total users",
        "New users today",
        "New users in 7 days",
        "Weekly active users",
        "Monthly active users",
    ):
        assert f"<dt>{name}</dt>" in page
    assert page.count('class="delta') >= 6
    assert '<polyline class="curve"' in page
    await operator.post(f"users/{user_id[1]}/delete", {"confirm": "ada"})
    assert "Nobody is here yet" in (await operator.get("users")).text


async def test_check_43_phrases_and_languages_change_without_a_restart(
    server: Server, operator: OperatorBrowser
) -> None:
    application = await server.application()
    browser = server.browser()
    url = browser.authorize_url(application.application_id, CALLBACK, ui_locales="fr")
    assert '<html lang="en"' in (await browser.get(url)).text
    await operator.post("sign-in-experience/languages", {"tag": "fr", "language_name": "Français"})
    await operator.post("sign-in-experience/languages/fr?group=sign_in", {"phrase.sign_in.submit": "Se connecter"})
    page = (await browser.get(url)).text
    assert '<html lang="fr"' in page
    assert "Se connecter" in page
    assert "code" in returned(await server.browser().sign_up(application.application_id, CALLBACK, "ada"))
