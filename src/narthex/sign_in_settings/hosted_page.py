"""The shell of every page for people: its branding, its language, its headers, and the records its templates read.

A surface makes one `HostedPage` a request and renders a template of its own in it; what each template needs beside the
shell is written at its top.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from narthex.kit.http import NO_STORE, Header, Response, header, html_response
from narthex.kit.i18n import Catalogue, direction, fill, negotiate, parse_accept_language, read_phrases
from narthex.kit.templates import Templates
from narthex.sign_in_settings.schemas import Experience, LanguageInfo, PasswordPolicy
from narthex.static import asset_name, icon
from narthex.static.brand import hex_digits

# No form-action: browsers hold it against the redirect that ends a sign-in at the application.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class Branding(Struct, frozen=True):
    """What a page shows of the tenant and of the application that asked. Colours are `#rrggbb`, images `data:` or paths
    of our own origin; links lead to http, https or a mailbox."""

    application_name: str
    tenant_name: str = ""
    logo_url: str | None = None
    dark_logo_url: str | None = None
    favicon_url: str | None = None
    primary_color: str | None = None
    dark_primary_color: str | None = None
    dark_mode: bool = True
    terms_url: str | None = None
    privacy_url: str | None = None
    support_email: str | None = None
    support_website: str | None = None
    hide_narthex_mark: bool = False


class LanguageLink(Struct, frozen=True):
    """One entry of the language menu: the same page in that language."""

    tag: str
    name: str
    href: str


class HostedPage(Struct, frozen=True):
    """What every page needs, whatever it is about. `static_prefix` stands before the names of our own files; `theme` is
    "light" or "dark" where not the system decides; a preview runs no script."""

    language: str
    catalogue: Catalogue
    branding: Branding
    languages: tuple[LanguageLink, ...] = ()
    static_prefix: str = "/static"
    request_id: str = ""
    theme: str = ""
    is_preview: bool = False

    @property
    def direction(self) -> str:
        """ "ltr" or "rtl"."""
        return direction(self.language)

    def text(self, key: str, /, **values: object) -> str:
        """A phrase in the language of the page."""
        return self.catalogue.text(self.language, key, **values)


class Problem(Struct, frozen=True):
    """What the person has to change, said at the field of that name; without a field it concerns the whole form."""

    text: str
    field: str | None = None


class HostedForm(Struct, frozen=True):
    """Where a form goes and what travels with it unseen: the interaction and the form token."""

    action: str
    hidden: Mapping[str, str] = {}


class Person(Struct, frozen=True):
    """Who the page is about."""

    name: str
    detail: str = ""
    avatar_url: str | None = None

    @property
    def initials(self) -> str:
        """The first signs of the first two words, for where there is no picture."""
        return "".join(word[0] for word in self.name.replace(".", " ").replace("_", " ").split()[:2]).upper() or "?"


class PasswordRule(Struct, frozen=True):
    """One line of the password rules; `check` is how rules.js tests it, empty where only the server can."""

    text: str
    check: str = ""
    unmet: bool = False


class ScopeLine(Struct, frozen=True):
    """One thing that an application would be able to do."""

    text: str
    scope: str
    icon: str = "key"


class ScopeGroup(Struct, frozen=True):
    """What an application would be able to do in one resource, or with the account itself where there is no name."""

    lines: tuple[ScopeLine, ...]
    resource: str | None = None


class ErrorWords(Struct, frozen=True):
    """An error in words: what it is, why, what the person can do, and what whoever runs the application can do."""

    title: str
    text: str
    advice: str = ""
    developer: str = ""


def branding(experience: Experience, *, tenant_name: str, application_name: str) -> Branding:
    """The branding that a tenant's settings give to the pages of an application."""
    return Branding(
        application_name=application_name,
        tenant_name=tenant_name,
        logo_url=_own(experience.branding.logo_url),
        dark_logo_url=_own(experience.branding.dark_logo_url),
        favicon_url=_own(experience.branding.favicon),
        primary_color=experience.color.primary_color,
        dark_primary_color=experience.color.dark_primary_color,
        dark_mode=experience.color.is_dark_mode_enabled,
        terms_url=_web(experience.terms_of_use_url),
        privacy_url=_web(experience.privacy_policy_url),
        support_email=experience.support_email,
        support_website=_web(experience.support_website_url),
        hide_narthex_mark=experience.hide_narthex_mark,
    )


@cache
def built_in_catalogue() -> Catalogue:
    """The phrases that come with the server; a tenant's own stand before them by `customised`."""
    return Catalogue(read_phrases("narthex.sign_in_settings"))


def page_language(
    catalogue: Catalogue, info: LanguageInfo, *, ui_locales: str | None, accept_language: str | None
) -> str:
    """The language of a page: what the application asks for (OpenID Connect Core 3.1.2.1, `ui_locales`), else what the
    browser asks for where the tenant allows that, else the tenant's own."""
    wanted = (ui_locales or "").split()[:10]
    if info.auto_detect:
        wanted += parse_accept_language(accept_language or "")
    return negotiate([*wanted, info.fallback_language], catalogue.languages) or catalogue.source


def language_links(catalogue: Catalogue, path: str, query: Iterable[tuple[str, str]] = ()) -> tuple[LanguageLink, ...]:
    """The page at `path` with `query` in each language there is; none where there is no choice."""
    if len(catalogue.languages) < 2:
        return ()
    kept = [(name, value) for name, value in query if name != "ui_locales"]
    # The path was decoded: as it stands, "/\evil.example" and "//evil.example" would lead to another host.
    here = "/" + quote(path.lstrip("/"))
    return tuple(
        LanguageLink(tag, catalogue.own(tag, "language.name") or tag, _with_language(here, kept, tag))
        for tag in catalogue.languages
    )


def password_rules(page: HostedPage, policy: PasswordPolicy, refused: Collection[str] = ()) -> tuple[PasswordRule, ...]:
    """The rules for a new password as the page lists them; `refused` holds the reasons for which the last one was
    refused (`too_short`, `restricted.sequence`, … without any prefix), whose rules are then marked."""
    length, kinds, rejects = policy.length, policy.character_types.min, policy.rejects
    plain = {"restricted.repetition", "restricted.sequence"}
    lines: tuple[tuple[bool, str, str, set[str]], ...] = (
        (True, "length", f"length:{length.min}:{length.max}", {"too_short", "too_long"}),
        (kinds > 1, "kinds", f"kinds:{kinds}", {"character_types"}),
        (rejects.repetition_and_sequence, "plain", "plain", plain),
        (rejects.user_info, "apart", "apart:username", {"restricted.user_info"}),
        (rejects.pwned, "common", "", {"common", "pwned"}),
        (bool(rejects.words), "words", "", {"restricted.words"}),
    )
    least = {"length": length.min, "kinds": kinds}
    return tuple(
        PasswordRule(
            page.text(f"password_rules.{name}", min=least.get(name), max=length.max),
            check,
            not reasons.isdisjoint(refused),
        )
        for applies, name, check, reasons in lines
        if applies
    )


_SCOPE_ICONS = {
    "openid": "good",
    "profile": "user",
    "email": "mail",
    "phone": "phone",
    "address": "pin",
    "custom_data": "list",
    "identities": "link",
    "roles": "role",
    "organizations": "building",
    "organization_roles": "briefcase",
    "offline_access": "clock",
}


def account_scopes(page: HostedPage, scopes: Iterable[str]) -> ScopeGroup:
    """What the scopes of OpenID Connect and of the account allow, in plain words; an unknown one by its name."""
    return ScopeGroup(tuple(_account_scope(page, scope) for scope in scopes))


def resource_scopes(resource: str, scopes: Iterable[tuple[str, str | None]]) -> ScopeGroup:
    """What the scopes of a resource allow: each by its description, or by its name where it has none."""
    return ScopeGroup(tuple(ScopeLine(about or name, name, "api") for name, about in scopes), resource)


def error_words(page: HostedPage, key: str, /, **values: object) -> ErrorWords:
    """The words of the phrase `key` with its `.title`, `.advice` and `.developer`, or the usual ones of its family
    (`error.title`, `oauth.advice`, …); an unknown key gets the words of `error.server_error`."""
    known = key if key in page.catalogue else "error.server_error"
    family = known.split(".")[0]

    def part(name: str, *, usual: bool) -> str:
        found = [one for one in (f"{known}.{name}", f"{family}.{name}") if one in page.catalogue]
        return page.text(found[0], **values) if found and (usual or found[0].startswith(known)) else ""

    return ErrorWords(
        part("title", usual=True),
        page.text(known, **values),
        part("advice", usual=True),
        part("developer", usual=False),
    )


def page_headers(language: str | None = None) -> tuple[Header, ...]:
    """The security headers of every page; its address goes to no other site, and the page into no cache."""
    return (
        header("content-security-policy", _POLICY),
        header("referrer-policy", "strict-origin"),
        header("x-content-type-options", "nosniff"),
        header("x-frame-options", "DENY"),
        NO_STORE,
        *((header("content-language", language),) if language else ()),
    )


def render_hosted(
    templates: Templates, page: HostedPage, name: str, /, *, status: int = 200, **context: object
) -> Response:
    """The page as a response, with its headers."""
    return html_response(hosted_text(templates, page, name, **context), status, page_headers(page.language))


def hosted_text(templates: Templates, page: HostedPage, name: str, /, **context: object) -> str:
    """The page as HTML."""
    return templates.render(name, **_shell(page), **context)


def _shell(page: HostedPage) -> dict[str, object]:
    from markupsafe import Markup, escape

    def rich(key: str, **values: object) -> Markup:
        phrase = page.catalogue.phrase(page.language, key)
        return Markup(fill(page.language, phrase, values, escape))  # noqa: S704 - every part went through escape

    def inline_icon(name: str, kind: str = "icon") -> Markup:
        return Markup(icon(name, kind))  # noqa: S704 - our own sprite

    return {
        "page": page,
        "branding": page.branding,
        "t": page.text,
        "has_phrase": page.catalogue.__contains__,
        "rich": rich,
        "icon": inline_icon,
        "asset": _addresses(page),
        "utc": _utc,
        "as_json": _as_json,
    }


def _addresses(page: HostedPage) -> Callable[[str], str]:
    colours = {"brand": page.branding.primary_color, "dark": page.branding.dark_primary_color}
    digits = {name: hex_digits(colour) for name, colour in colours.items()}
    query = urlencode({name: value for name, value in digits.items() if value})

    def address(name: str) -> str:
        suffix = f"?{query}" if query and name.endswith(".css") else ""
        return f"{page.static_prefix}/{asset_name(name)}{suffix}"

    return address


def _with_language(path: str, query: list[tuple[str, str]], tag: str) -> str:
    return f"{path}?{urlencode([*query, ('ui_locales', tag)])}"


def _account_scope(page: HostedPage, scope: str) -> ScopeLine:
    name = scope.removeprefix("urn:logto:scope:")
    text = page.text(f"scope.{name}") if f"scope.{name}" in page.catalogue else scope
    return ScopeLine(text, scope, _SCOPE_ICONS.get(name, "key"))


def _utc(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _as_json(value: object) -> str:
    encoded = msgspec.json.encode(value)
    return msgspec.json.format(encoded, indent=2 if len(encoded) > 60 else 0).decode()


def _own(url: str | None) -> str | None:
    path = url is not None and url.startswith("/") and not url.startswith(("//", "/\\"))
    return url if path or (url or "").startswith("data:image/") else None


def _web(url: str | None) -> str | None:
    return url if (url or "").startswith(("https://", "http://")) else None
