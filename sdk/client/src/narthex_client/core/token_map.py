"""Access tokens that are kept, one for each thing they open. Form: the `accessTokenMap` of PyPI `logto`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

ORGANIZATION_PREFIX = "urn:logto:organization:"
# A token is not used in its last minute: it has to arrive, and clocks differ.
MARGIN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class KeptToken:
    """An access token, and until when it is used (seconds since 1970)."""

    token: str
    expires_at: int


def token_key(resource: str | None = None, organization_id: str | None = None) -> str:
    """The name of what a token opens; "" is the userinfo endpoint."""
    if organization_id is None:
        return resource or ""
    organization = f"{ORGANIZATION_PREFIX}{organization_id}"
    return f"{resource}#{organization}" if resource else organization


def read_token_map(kept: str | None) -> dict[str, KeptToken]:
    """The tokens by key; whatever cannot be read is gone."""
    try:
        found: object = json.loads(kept or "null")
    except ValueError:
        return {}
    members = found.get("x") if isinstance(found, dict) else None
    if not isinstance(members, dict):
        return {}
    tokens = ((str(key), _token(value)) for key, value in members.items())
    return {key: token for key, token in tokens if token is not None}


def _token(value: object) -> KeptToken | None:
    match value:
        case {"token": str(token), "expiresAt": int(expires_at)}:
            return KeptToken(token, expires_at)
    return None


def write_token_map(tokens: Mapping[str, KeptToken]) -> str:
    """The value to keep."""
    members = {key: {"token": kept.token, "expiresAt": kept.expires_at} for key, kept in tokens.items()}
    return json.dumps({"x": members}, separators=(",", ":"))


def usable(kept: KeptToken | None, now: float) -> str | None:
    """The token if it may still be used."""
    return kept.token if kept is not None and kept.expires_at >= now else None


def with_token(
    tokens: Mapping[str, KeptToken], key: str, access_token: str, expires_in: int, now: float
) -> dict[str, KeptToken]:
    """The tokens with one more, and without those that are over."""
    held = {key: kept for key, kept in tokens.items() if kept.expires_at >= now}
    return held | {key: KeptToken(access_token, int(now) + expires_in - MARGIN_SECONDS)}
