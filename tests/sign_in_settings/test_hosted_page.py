"""The hosted pages: complete phrases, plain headers, light pages, colours that stay readable."""

import gzip
import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest

import narthex
from narthex import static
from narthex.kit.http import Response
from narthex.kit.templates import Templates
from narthex.sign_in.providers import ProviderButton
from narthex.sign_in_settings import hosted_page
from narthex.sign_in_settings.hosted_page import Branding, HostedForm, HostedPage, Person, Problem
from narthex.sign_in_settings.schemas import BrandingUrls, Color, Experience, LanguageInfo, PasswordPolicy
from narthex.static.brand import brand_rules, luminance

SOURCE = Path(narthex.__file__).parent
PACKAGES = [
    ("hosted", "narthex.sign_in_settings"),
    ("sign_in", "narthex.sign_in"),
    ("oidc", "narthex.oidc"),
    ("demo_app", "narthex.demo_app"),
]
CATALOGUE = hosted_page.built_in_catalogue()
PLACES = re.compile(r"\{(\w+)[,}]")
LATIN_PLURAL = re.compile(r"\{\w+, *plural, *((?:\w+ *\{[^{}]*\} *)+)\}")
FORM = HostedForm("/go", {"interaction": "i", "form_token": "t"})
MARKUP = "<b onload='x'>"
LOGO = "data:image/svg+xml;base64,PHN2Zy8+"
BUTTONS = [
    ProviderButton("oidc", MARKUP, FORM),
    ProviderButton("other", "Other", HostedForm("/go/other", {"form_token": "t"}), LOGO, LOGO),
]
ANSWERS: dict[str, str] = {"code": "c", "state": "s"}


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates(PACKAGES)


def page(language: str = "en", application: str = "Bookstore", experience: Experience | None = None) -> HostedPage:
    look = hosted_page.branding(experience or Experience(), tenant_name="Meadow", application_name=application)
    links = hosted_page.language_links(CATALOGUE, "/sign-in", [("app_id", "a"), ("ui_locales", "en")])
    return HostedPage(language=language, catalogue=CATALOGUE, branding=look, languages=links, request_id="r1")


def contexts(shown: HostedPage) -> dict[str, dict[str, Any]]:
    """One context for each template that is a page, with a problem and with markup where people may type."""
    wrong = [Problem(MARKUP, "username"), Problem("b", "password"), Problem("c")]
    words = hosted_page.error_words(shown, "error.unknown_client")
    fault = {"words": words, "code": "invalid_client", "at": 1_795_000_000_000, "back_url": "/"}
    groups = [
        hosted_page.account_scopes(shown, ["openid", "urn:logto:scope:organizations", MARKUP]),
        hosted_page.resource_scopes("https://api.example", [("read", "Read it"), ("write", None)]),
    ]
    return {
        "sign_in/sign_in.html": {
            "agreement": False,
            "form": FORM, "identifier": MARKUP, "problems": wrong, "sign_up_url": "/register", "locked_minutes": 12,
            "by_password": True, "providers": BUTTONS,
        },
        "sign_in/register.html": {
            "form": FORM, "username": MARKUP, "problems": wrong, "sign_in_url": "/sign-in",
            "rules": hosted_page.password_rules(shown, PasswordPolicy(), ["too_short"]),
            "by_username": True, "agreement": True, "providers": BUTTONS,
        },
        "sign_in/link.html": {
            "form": FORM, "decline_form": FORM, "problems": wrong, "provider": MARKUP, "contact": MARKUP,
            "by_password": True, "is_tied": False, "providers": BUTTONS, "sign_in_url": "/sign-in",
        },
        "sign_in/newcomer.html": {
            "form": FORM, "username": MARKUP, "agreement": True, "problems": wrong, "provider": MARKUP,
            "sign_in_url": "/sign-in",
        },
        "sign_in/consent.html": {
            "form": FORM, "who": Person(MARKUP, MARKUP), "switch_url": "/switch", "groups": groups,
            "go_on_to": "app.example", "application_terms_url": "https://app.example/t",
            "application_privacy_url": None,
        },
        "oidc/sign_out.html": {"form": FORM, "who": Person(MARKUP), "stay_url": "/"},
        "oidc/signed_out.html": {"back_url": "/"},
        "oidc/form_post.html": {"action": "https://app.example/callback", "fields": {**ANSWERS, "more": MARKUP}},
        "oidc/error.html": fault,
        "hosted/notice.html": fault,
        "demo_app/home.html": {"sign_in_url": "/in", "sign_up_url": "/up", "issuer": "http://localhost:3001/oidc"},
        "demo_app/signed_in.html": {
            "name": MARKUP, "claims": {"sub": "u", "exp": 1_795_000_000, "odd": {MARKUP: [1]}}, "userinfo": {},
            "id_token": "a.b.c", "access_token": "d", "refresh_token": None, "scope": "openid", "refreshed": True,
            "access_token_expires_at": 1_795_000_000_000, "refresh_token_expires_at": None,
            "refresh_form": FORM, "sign_out_form": FORM,
        },
    }  # fmt: skip


def rendered(templates: Templates, shown: HostedPage, name: str, **changes: Any) -> str:
    response = hosted_page.render_hosted(templates, shown, name, **{**contexts(shown)[name], **changes})
    return response.body.decode()


ALL = sorted(contexts(page()))


class Outline(HTMLParser):
    """What a page is made of, for questions about it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.tags if found == tag]

    def ids(self) -> set[str | None]:
        return {attributes["id"] for _, attributes in self.tags if "id" in attributes}


# Phrases


def test_every_language_has_the_same_phrases() -> None:
    english, japanese = (phrases(tag) for tag in ("en", "ja"))
    assert english.keys() == japanese.keys()
    assert all(text.strip() for text in (*english.values(), *japanese.values()))


def test_a_phrase_names_the_same_values_in_every_language() -> None:
    japanese = phrases("ja")
    different = [key for key, text in phrases("en").items() if places(text) != places(japanese[key])]
    assert different == []


def test_no_phrase_holds_markup_or_shouts() -> None:
    texts = [*phrases("en").values(), *phrases("ja").values()]
    assert [text for text in texts if re.search(r"[<>&!！]|\b(?:please|oops|sorry)\b", text, re.IGNORECASE)] == []


def test_every_key_in_a_template_is_a_phrase() -> None:
    used = re.compile(r"""\b(?:t|rich)\("([\w.]+)"(?! *~)""")
    folders = [SOURCE / package.removeprefix("narthex.") / "templates" for _, package in PACKAGES]
    texts = [file.read_text() for folder in folders for file in folder.glob("*.html")]
    assert [key for text in texts for key in used.findall(text) if key not in CATALOGUE] == []


def test_error_words_have_a_way_out(templates: Templates) -> None:
    shown = page()
    words = hosted_page.error_words(shown, "error.redirect_uri_mismatch")
    assert all((words.title, words.text, words.advice, words.developer))
    usual = hosted_page.error_words(shown, "oauth.invalid_target")
    assert (usual.title, usual.developer) == (shown.text("oauth.title"), "")
    assert hosted_page.error_words(shown, "error.locked", minutes=1).text.endswith("in 1 minute.")
    assert hosted_page.error_words(shown, "no.such.key") == hosted_page.error_words(shown, "error.server_error")


# Languages


@pytest.mark.parametrize(
    ("ui_locales", "accept", "info", "language"),
    [
        ("ja", "en", LanguageInfo(), "ja"),
        ("xx ja-JP", "en", LanguageInfo(), "ja"),
        (None, "ja,en;q=0.1", LanguageInfo(), "ja"),
        (None, "ja", LanguageInfo(auto_detect=False), "en"),
        (None, "xx", LanguageInfo(fallback_language="ja"), "ja"),
        (None, None, LanguageInfo(fallback_language="xx"), "en"),
    ],
)
def test_the_language_is_asked_for_or_detected_or_the_tenants(
    ui_locales: str | None, accept: str | None, info: LanguageInfo, language: str
) -> None:
    found = hosted_page.page_language(CATALOGUE, info, ui_locales=ui_locales, accept_language=accept)
    assert found == language


def test_the_language_menu_links_to_this_page() -> None:
    links = {link.tag: link for link in page().languages}
    assert links["ja"].name == "日本語"
    assert links["ja"].href == "/sign-in?app_id=a&ui_locales=ja"


@pytest.mark.parametrize("name", ALL)
def test_a_page_says_its_language_and_direction(templates: Templates, name: str) -> None:
    html = Outline(rendered(templates, page("ja"), name)).all("html")[0]
    assert (html["lang"], html["dir"]) == ("ja", "ltr")
    assert Outline(rendered(templates, page("ar"), name)).all("html")[0]["dir"] == "rtl"


# Pages


@pytest.mark.parametrize("name", ALL)
def test_a_page_has_no_inline_script_or_style_and_one_heading(templates: Templates, name: str) -> None:
    outline = Outline(rendered(templates, page(), name))
    assert all(script.get("src") for script in outline.all("script"))
    assert outline.all("style") == []
    assert [
        tag for tag, attributes in outline.tags for key in attributes if key == "style" or key.startswith("on")
    ] == []
    assert len(outline.all("h1")) == 1
    assert len(outline.all("main")) == 1


@pytest.mark.parametrize("name", ALL)
def test_what_people_typed_is_escaped(templates: Templates, name: str) -> None:
    assert MARKUP not in rendered(templates, page(application=MARKUP), name)


@pytest.mark.parametrize("name", ALL)
def test_every_field_is_labelled_and_every_reference_arrives(templates: Templates, name: str) -> None:
    outline = Outline(rendered(templates, page(), name))
    labelled = {label["for"] for label in outline.all("label")}
    assert {field["id"] for field in outline.all("input") if field.get("type") != "hidden"} <= labelled
    described = [ids for _, attributes in outline.tags if (ids := attributes.get("aria-describedby"))]
    assert {one for ids in described for one in ids.split()} <= outline.ids()


def test_a_problem_is_summed_up_and_said_at_its_field(templates: Templates) -> None:
    outline = Outline(rendered(templates, page(), "sign_in/sign_in.html", problems=[Problem("Empty", "identifier")]))
    summary = next(attributes for _, attributes in outline.tags if attributes.get("id") == "problems")
    assert (summary["role"], "autofocus" in summary) == ("alert", True)
    assert "#identifier" in {link["href"] for link in outline.all("a")}
    fields = {field["id"]: field for field in outline.all("input") if "id" in field}
    assert fields["identifier"]["aria-invalid"] == "true"
    assert "aria-invalid" not in fields["password"]
    assert not any("autofocus" in field for field in fields.values())


def test_a_calm_page_begins_in_its_first_empty_field(templates: Templates) -> None:
    def focused(identifier: str) -> list[str | None]:
        calm: Mapping[str, Any] = {"identifier": identifier, "problems": [], "locked_minutes": None}
        fields = Outline(rendered(templates, page(), "sign_in/sign_in.html", **calm)).all("input")
        return [field["id"] for field in fields if "autofocus" in field]

    assert (focused(""), focused("ada")) == (["identifier"], ["password"])


def test_a_password_is_never_written_back(templates: Templates) -> None:
    for name, kind in (("sign_in/sign_in.html", "current-password"), ("sign_in/register.html", "new-password")):
        (field,) = [
            one for one in Outline(rendered(templates, page(), name)).all("input") if one.get("name") == "password"
        ]
        assert (field["type"], field["autocomplete"], "value" in field) == ("password", kind, False)


def test_rules_follow_the_policy_and_mark_what_was_refused() -> None:
    rules = hosted_page.password_rules(page(), PasswordPolicy(), ["restricted.sequence"])
    assert [rule.check for rule in rules] == ["length:8:256", "plain", "apart:username", ""]
    assert [rule.unmet for rule in rules] == [False, True, False, False]


def test_a_rule_that_is_marked_is_not_said_twice(templates: Templates) -> None:
    assert 'id="password-problem"' not in rendered(templates, page(), "sign_in/register.html")
    assert 'id="password-problem"' in rendered(templates, page(), "sign_in/register.html", rules=[])


def test_the_answer_to_a_form_post_leaves_by_itself_or_by_a_button(templates: Templates) -> None:
    text = rendered(templates, page(), "oidc/form_post.html", fields=ANSWERS)
    outline = Outline(text)
    (form,) = outline.all("form")
    assert (form["action"], "data-submit" in form) == ("https://app.example/callback", True)
    assert {field["name"]: field["value"] for field in outline.all("input")} == ANSWERS
    assert "<button" in text


# Headers, branding, weight


def test_headers_allow_our_own_files_only_and_limit_no_form(templates: Templates) -> None:
    response: Response = hosted_page.render_hosted(
        templates, page("ja"), "oidc/signed_out.html", status=410, back_url=None
    )
    policy = response.header("content-security-policy") or ""
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action" not in policy
    assert "unsafe" not in policy
    assert response.status == 410
    assert (response.header("cache-control"), response.header("content-language")) == ("no-store", "ja")


@pytest.mark.parametrize(
    "url", ["https://evil.example/a.png", "//evil.example/a.png", "/\\evil.example", "javascript:x"]
)
def test_an_image_from_elsewhere_is_left_out(url: str) -> None:
    look = Experience(branding=BrandingUrls(logo_url=url, favicon=url), terms_of_use_url="javascript:x")
    found = hosted_page.branding(look, tenant_name="", application_name="")
    assert (found.logo_url, found.favicon_url, found.terms_url) == (None, None, None)


def test_colours_travel_in_the_address_of_the_stylesheet(templates: Templates) -> None:
    look = Experience(color=Color(primary_color="#6139F6", is_dark_mode_enabled=False, dark_primary_color="red"))
    outline = Outline(rendered(templates, page(experience=look), "oidc/signed_out.html"))
    (sheet,) = [link["href"] for link in outline.all("link") if link["rel"] == "stylesheet"]
    assert sheet == f"/static/{static.asset_name('hosted.css')}?brand=6139f6"
    assert outline.all("html")[0]["data-theme"] == "light"


@pytest.mark.parametrize("colour", ["#6139f6", "#ffd400", "#ffffff", "#000000", "#767676", "#0c5c45"])
def test_text_on_a_brand_is_readable(colour: str) -> None:
    rule = brand_rules(colour, None)
    text = "ffffff" if "--on-brand:#fff" in rule else "000000"
    low, high = sorted((luminance(colour[1:]), luminance(text)))
    assert (high + 0.05) / (low + 0.05) >= 4.5


@pytest.mark.parametrize("colour", ["red", "6139f", "#6139f6}", "6139f6;--x:1", "\u0666139f6"])
def test_only_six_digits_reach_the_stylesheet(colour: str) -> None:
    assert static.hosted_stylesheet(colour, colour) == static.bundle("hosted.css")


def test_assets_are_found_by_name_and_kept_by_digest() -> None:
    current = static.find(static.asset_name("hosted.css"), "6139f6", "8768f8")
    assert current is not None
    assert b"--brand:#6139f6" in current.body
    assert gzip.decompress(current.compressed) == current.body
    assert "immutable" in current.cache_control
    old = static.find("hosted.0123456789.css")
    assert old is not None
    assert (old.body, old.cache_control) == (static.bundle("hosted.css"), "public, no-cache")


@pytest.mark.parametrize("path", ["", "../bundles.py", "css/tokens.css", "hosted.py", "secret.css", "hosted.css/x"])
def test_nothing_else_is_served(path: str) -> None:
    assert static.find(path) is None


def test_trimming_leaves_no_comment_and_spares_strings() -> None:
    style = static.bundle("hosted.css").decode()
    assert "/*" not in style
    assert "viewBox='0 0 20 20'" in style
    assert "\n" not in style
    assert style.count("{") == style.count("}")


@pytest.mark.parametrize("name", ["sign_in/sign_in.html", "sign_in/register.html", "sign_in/consent.html"])
def test_a_page_with_its_files_stays_in_its_budget(templates: Templates, name: str) -> None:
    text = rendered(templates, page("ja"), name)
    assert len(re.findall(r'<(?:link rel="stylesheet"|script|img(?! src="data:))', text)) <= 2
    files = [text.encode(), static.bundle("hosted.css"), static.bundle("hosted.js")]
    assert sum(len(gzip.compress(file)) for file in files) < 12_000


def test_branding_without_anything_is_a_page_too(templates: Templates) -> None:
    bare = HostedPage("en", CATALOGUE, Branding("App", hide_narthex_mark=True))
    text = rendered(templates, bare, "sign_in/sign_in.html")
    assert "Narthex" not in text
    assert "popover" not in text


def phrases(tag: str) -> dict[str, str]:
    text = (SOURCE / "sign_in_settings" / "phrases" / f"{tag}.json").read_text(encoding="utf-8")
    pairs: list[tuple[str, str]] = json.loads(text, object_pairs_hook=list)
    assert len({key for key, _ in pairs}) == len(pairs), "a key is there twice"
    return msgspec.convert(dict(pairs), dict[str, str])


def places(text: str) -> set[str]:
    return set(PLACES.findall(LATIN_PLURAL.sub(lambda match: match[0].split(",")[0] + "}", text)))
