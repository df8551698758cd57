"""What the account menu changes: language and appearance, kept in cookies of this browser."""

from urllib.parse import urlsplit

from narthex.console.rendering import THEMES
from narthex.console.words import LANGUAGE_COOKIE, catalogue
from narthex.kit.http import NO_STORE, Header, Response, redirect, set_cookie_header
from narthex.tenants.request import Request

YEAR = 365 * 24 * 60 * 60
HOME = "/console"
CHOICES = THEMES | {"system"}


def choose_language(request: Request) -> Response:
    """Keep the language, and go back to the page it was chosen on. A link: what it changes is this browser's view."""
    tag = request.query.get("tag") or ""
    chosen = tag if tag in catalogue().languages else catalogue().source
    return redirect(_way_back(request), 303, (NO_STORE, _cookie(request, LANGUAGE_COOKIE, chosen)))


async def choose_theme(request: Request) -> Response:
    """Keep the appearance, for browsers that run no scripts; with them theme.js writes the same cookie."""
    request.require_same_origin()
    form = await request.form()
    theme = form.get("theme") or ""
    name = request.tenant.cookie_name("theme")
    cookie = set_cookie_header(
        name, theme if theme in CHOICES else "system", max_age=YEAR, secure=request.tenant.secure, http_only=False
    )
    return redirect(_way_back(request), 303, (NO_STORE, cookie))


def _cookie(request: Request, name: str, value: str) -> Header:
    return set_cookie_header(request.tenant.cookie_name(name), value, max_age=YEAR, secure=request.tenant.secure)


def _way_back(request: Request) -> str:
    """The page that the browser came from, if it is one of the console; else the console."""
    referer = urlsplit(request.query.get("from") or request.header(b"referer") or "")
    foreign = referer.netloc and f"{referer.scheme}://{referer.netloc}" != request.tenant.origin
    path = referer.path
    if foreign or not (path == HOME or path.startswith(f"{HOME}/")) or path.startswith(f"{HOME}/-/"):
        return HOME
    return path + (f"?{referer.query}" if referer.query else "")
