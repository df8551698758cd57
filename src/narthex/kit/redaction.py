"""Keeps secrets out of logs: by the name of a field, and by the look of a text."""

import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"

# Parameters of the protocols, and what our own records call the same things. An error's code is logged as `error`.
SECRET_NAMES = frozenset(
    {
        "access_token",
        "actor_token",
        "assertion",
        "authorization",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "cookie",
        "current_password",
        "database_url",
        "device_code",
        "encryption_key",
        "form_token",
        "id_token",
        "id_token_hint",
        "login_hint",
        "logout_hint",
        "logout_token",
        "new_password",
        "nonce",
        "one_time_token",
        "passcode",
        "password",
        "private_key",
        "proxy_authorization",
        "refresh_token",
        "registration_access_token",
        "request",
        "request_uri",
        "saml_response",
        "samlresponse",
        "secret",
        "set_cookie",
        "state",
        "subject_token",
        "token",
        "user_code",
        "verification_code",
    }
)

_NAMES = "|".join(sorted(SECRET_NAMES, key=len, reverse=True)).replace("_", "[_-]?")
_IN_TEXT = re.compile(
    rf"""(?P<name>(?<![A-Za-z0-9_-])(?:{_NAMES})["']?\s*[=:]\s*["']?)(?:(?:Bearer|Basic|DPoP)\s+)?(?P<value>[^\s&"',;]+)"""
    r"""|(?P<scheme>\b(?:Bearer|Basic|DPoP) +)[A-Za-z0-9+/=._~-]{8,}"""
    r"""|(?P<jwt>\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*)"""
    r"""|(?P<userinfo>(?<=://)[^\s/@]*:[^\s/@]*@)""",
    re.IGNORECASE,
)
# One of these is in every text that `_IN_TEXT` matches; most texts hold none, and are done.
_SUSPECT = re.compile(r"[=:]|eyJ|bearer |basic |dpop ", re.IGNORECASE)


def redact_text(text: str) -> str:
    """`text` without the values of secret parameters, bearer and basic credentials, JWTs and passwords in URLs."""
    return _IN_TEXT.sub(_replacement, text) if _SUSPECT.search(text) else text


def _replacement(match: re.Match[str]) -> str:
    return (match["name"] or match["scheme"] or "") + REDACTED + ("@" if match["userinfo"] else "")


def redact_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields without secrets, at every depth."""
    return {name: _redact(name, value) for name, value in fields.items()}


def _redact(name: str, value: Any) -> Any:
    if name.lower().replace("-", "_") in SECRET_NAMES:
        return REDACTED
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return redact_fields(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_redact("", item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact_text(str(value))
