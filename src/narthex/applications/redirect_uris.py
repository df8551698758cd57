"""Which redirect URIs may be registered, and when a requested one is a registered one (RFC 9700 2.1, RFC 8252)."""

import ipaddress
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from narthex.applications.schemas import Application
from narthex.kit.errors import InvalidInput

LONGEST_URI = 2048
WEB_SCHEMES = frozenset({"http", "https"})
# What an answer to the application carries: a registered value of the same name could pass for it.
ANSWER_NAMES = frozenset(
    {
        *("code", "state", "iss", "error", "error_description", "error_uri", "response", "session_state"),
        *("access_token", "id_token", "token_type", "expires_in", "scope"),
    }
)
SCRIPT_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "blob", "about", "ws", "wss", "ftp"})


class Objection(Struct, frozen=True):
    """Why a URI cannot be registered: the last part of its phrase `error.redirect_uri.…`, the words for programs, and
    the part of the URI that it is about."""

    phrase: str
    text: str
    about: str = ""


class RedirectUriInvalid(InvalidInput):
    """A URI that cannot be registered; the text names the field, the URI and the reason."""

    def __init__(self, uri: str, objection: Objection, field: str) -> None:
        super().__init__(
            field,
            f"{uri[:200]!r} cannot be registered: {objection.text}",
            phrase=f"error.redirect_uri.{objection.phrase}",
            uri=uri[:200],
            about=objection.about,
        )


def check_registrable(uri: str, *, is_native: bool, field: str = "redirectUris") -> None:
    """Raise `RedirectUriInvalid` for a URI that an application of this kind may not register."""
    if objection := _objection(uri, is_native):
        raise RedirectUriInvalid(uri, objection, field)


def _objection(uri: str, is_native: bool) -> Objection | None:
    if len(uri) > LONGEST_URI:
        return Objection("length", f"it is longer than {LONGEST_URI} characters.")
    if any(character <= " " or character > "~" or character in '\\<>"{}|^`' for character in uri):
        return Objection("character", "it has a space, a control character or a character that a URI does not carry.")
    if "*" in uri:
        return Objection("wildcard", "it has a wildcard; register each URI as it is.")
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return Objection("unreadable", "its host or port cannot be read.")
    if "#" in uri:
        return Objection("fragment", "it has a fragment.")
    if parts.scheme in WEB_SCHEMES:
        return _web_objection(parts.hostname, parts.username, parts.netloc) or _query_objection(parts.query)
    return _scheme_objection(parts.scheme, is_native) or _query_objection(parts.query)


def _scheme_objection(scheme: str, is_native: bool) -> Objection | None:
    if scheme in SCRIPT_SCHEMES:
        text = f"a browser would do something else with {scheme}: than go back to the application."
        return Objection("script_scheme", text, scheme)
    if not is_native or not scheme:
        text = "it needs http or https (native applications may also use a scheme of their own)."
        return Objection("scheme", text)
    return None


def _web_objection(hostname: str | None, username: str | None, netloc: str) -> Objection | None:
    if not hostname:
        return Objection("host", "it has no host.")
    if username is not None or "@" in netloc:
        return Objection("user", "it has a user name before the host.")
    return None


def _query_objection(query: str) -> Objection | None:
    names = ANSWER_NAMES.intersection(name for name, _ in parse_qsl(query, keep_blank_values=True))
    if not names:
        return None
    name = min(names)
    return Objection("answer_name", f"its query has {name!r}, which stands for something in the answer.", name)


def is_registered(application: Application, requested: str) -> bool:
    """Whether the requested URI is a registered one: the exact string, but for the port of a loopback address of a
    native application (RFC 8252 7.3)."""
    registered = application.oidc.redirect_uris
    if requested in registered:
        return True
    if not application.rules.is_native:
        return False
    wanted = _without_loopback_port(requested)
    return wanted is not None and any(_without_loopback_port(uri) == wanted for uri in registered)


def _without_loopback_port(uri: str) -> tuple[str, str] | None:
    """Host and the rest of an http loopback URI (127.0.0.1 or [::1] literally), with the port taken out."""
    if not uri.startswith("http://"):
        return None
    authority, slash, rest = uri[len("http://") :].partition("/")
    host, colon, port = authority.rpartition(":") if not authority.endswith("]") else (authority, "", "")
    if not colon:
        host, port = authority, ""
    if colon and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        return None
    if host not in {"127.0.0.1", "[::1]"} or not ipaddress.ip_address(host.strip("[]")).is_loopback:
        return None
    return host, slash + rest
