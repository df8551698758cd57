"""Asking a provider: every way in which that can end is a `ConnectorFailed` that says whom was asked for what."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from narthex.connectors.contract import Cause, ConnectorFailed
from narthex.kit.http_client import HttpAnswer, HttpClient, OutgoingFailed, OutgoingRefused

_WORDS = {
    "unreachable": "cannot be reached",
    "timeout": "did not answer in time",
    "too_large": "answered with more than can be taken",
    "tls": "has no certificate that can be trusted",
    "garbage": "did not answer as a web server does",
}


async def ask(
    http: HttpClient,
    what: str,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpAnswer:
    """The answer of an address, a POST where a form is given. `what` is its name in a sentence. Raises
    `ConnectorFailed`."""
    method = "GET" if form is None else "POST"
    try:
        return await http.request(method, url, form=form, headers={"Accept": "application/json", **(headers or {})})
    except OutgoingRefused as refused:
        raise ConnectorFailed("refused_outgoing", f"{what}: {refused.text}", refused.detail) from refused
    except OutgoingFailed as failed:
        cause: Cause = "garbage" if failed.cause == "garbage" else "unreachable"
        text = f"{what} ({urlsplit(url).hostname}) {_WORDS[failed.cause]}."
        raise ConnectorFailed(cause, text, f"{failed.cause}: {failed.detail}") from failed


def read_object(text: str | bytes) -> dict[str, Any]:
    """A JSON object that names nothing twice and holds only what JSON has. Raises ValueError."""
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        value = json.loads(decoded, object_pairs_hook=_once, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
