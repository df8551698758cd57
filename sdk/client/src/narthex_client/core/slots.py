"""Sign-ins that are under way: one slot for each, found by its `state`, so that two tabs do not break each other.

All slots of a browser are one value of its storage. The newest stands at the top, in the form that PyPI `logto` writes
(`redirectUri`, `codeVerifier`, `state`), the others below it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from narthex_client.core.messages import text_of

LIMIT = 5
LIFETIME_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class SignInSlot:
    """What is kept between the way to the server and the way back; `started_at` in seconds since 1970."""

    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str
    started_at: int
    return_to: str = ""


def read_slots(kept: str | None, now: float) -> tuple[SignInSlot, ...]:
    """The slots that still hold, newest first; whatever cannot be read is gone."""
    try:
        top: object = json.loads(kept or "null")
    except ValueError:
        return ()
    if not isinstance(top, dict):
        return ()
    others = top.get("others")
    listed = (top, *(others if isinstance(others, list) else ()))
    found = (_slot(one) for one in listed if isinstance(one, dict))
    return tuple(slot for slot in found if slot is not None and now - slot.started_at <= LIFETIME_SECONDS)


def write_slots(slots: Iterable[SignInSlot]) -> str | None:
    """The value to keep; None where nothing is under way."""
    members = [_members(slot) for slot in slots][:LIMIT]
    if not members:
        return None
    top = members[0] | ({"others": members[1:]} if members[1:] else {})
    return json.dumps(top, separators=(",", ":"))


def _members(slot: SignInSlot) -> dict[str, object]:
    members: dict[str, object] = {
        "redirectUri": slot.redirect_uri,
        "codeVerifier": slot.code_verifier,
        "state": slot.state,
        "nonce": slot.nonce,
        "startedAt": slot.started_at,
    }
    return members | ({"returnTo": slot.return_to} if slot.return_to else {})


def _slot(members: Mapping[str, object]) -> SignInSlot | None:
    match members:
        case {
            "state": str(state),
            "nonce": str(nonce),
            "codeVerifier": str(code_verifier),
            "redirectUri": str(redirect_uri),
            "startedAt": int(started_at),
        } if state and nonce and code_verifier:
            return_to = text_of(members, "returnTo") or ""
            return SignInSlot(state, nonce, code_verifier, redirect_uri, started_at, return_to)
    return None
