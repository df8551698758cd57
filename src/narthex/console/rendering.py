"""The frame around every page of the console: what its template reads, and its headers."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape
from msgspec import Struct

from narthex.console.moments import date_of, moment_of
from narthex.console.words import catalogue
from narthex.kit.http import NO_STORE, Header, Response, header, html_response, set_cookie_header
from narthex.kit.i18n import direction, fill
from narthex.kit.templates import Templates
from narthex.operators.schemas import Operator
from narthex.static import asset_name
from narthex.tenants.request import Request
from narthex.tenants.schemas import Tenant

SAID_COOKIE = "console-said"
THEMES = frozenset({"light", "dark"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'{more}; base-uri 'none'; frame-ancestors 'none'"
)


class Crumb(Struct, frozen=True):
    """The link at the top of a page that leads back to its list."""

    href: str
    text: str


class FramePage(Struct, frozen=True):
    """What the frame shows beside the page itself."""

    language: str
    title: str
    path: str
    address: str
    operator: Operator
    tenant: Tenant
    tenants: tuple[Tenant, ...]
    form_token: str
    said: str
    theme: str
    back: Crumb | None
    now: int

    @property
    def direction(self) -> str:
        """ "ltr" or "rtl"."""
        return direction(self.language)

    @property
    def theme_attribute(self) -> str:
        """The chosen theme, empty where the system decides."""
        return self.theme if self.theme in THEMES else ""

    @property
    def part(self) -> str:
        """The part of the console that this page belongs to, as the navigation names it."""
        return [*self.path.split("/"), "", "", "", ""][3]


def console_headers(language: str, form_targets: str = "") -> tuple[Header, ...]:
    """The security headers of a page of the console; `form_targets` are origins that one of its forms leads on to."""
    return (
        header("content-security-policy", _POLICY.format(more=f" {form_targets}" if form_targets else "")),
        # Not "no-referrer": with it browsers send their forms with `Origin: null`, as those of a stranger.
        header("referrer-policy", "same-origin"),
        header("x-frame-options", "DENY"),
        header("content-language", language),
        NO_STORE,
    )


def render_framed(
    templates: Templates,
    page: FramePage,
    name: str,
    status: int,
    context: Mapping[str, Any],
    request: Request,
    form_targets: str = "",
) -> Response:
    """The page as a response. What it was told to say is said once."""
    text = templates.render(name, **tools(page.language, page.now), **context, page=page)
    response = html_response(text, status, console_headers(page.language, form_targets))
    if page.said:
        cookie = set_cookie_header(request.tenant.cookie_name(SAID_COOKIE), "", max_age=0, secure=request.tenant.secure)
        response = response.with_cookie(cookie)
    return response


def tools(language: str, now: int) -> dict[str, object]:
    """The functions that templates of the console call."""
    from narthex.console.navigation import SECTIONS

    words = catalogue()

    def t(key: str, /, **values: object) -> str:
        return words.text(language, key, **values)

    def rich(key: str, /, **values: object) -> Markup:
        return Markup(fill(language, words.phrase(language, key), values, escape))  # noqa: S704 - all went through escape

    def icon(name: str, kind: str = "icon") -> Markup:
        address = f"/static/{asset_name('icons.svg')}#{name}"
        return Markup('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>').format(kind, address)

    return {
        "t": t,
        "rich": rich,
        "icon": icon,
        "has_phrase": words.__contains__,
        "asset": lambda name: f"/static/{asset_name(name)}",
        "sections": SECTIONS,
        "languages": [(tag, words.own(tag, "language.name") or tag) for tag in words.languages],
        "moment": lambda at: moment_of(t, at, now),
        "date": date_of,
    }
