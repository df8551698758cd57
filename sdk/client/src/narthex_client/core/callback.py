"""The way back from the server: whose answer it is, and what it says (RFC 6749 4.1.2, RFC 9207)."""

from collections.abc import Iterable
from urllib.parse import SplitResult, parse_qsl, urlsplit

from narthex_client.core.metadata import ProviderMetadata
from narthex_client.core.slots import SignInSlot
from narthex_client.errors import CallbackError, StateMismatch

_PORTS = {"http": 80, "https": 443}


def read_parameters(callback_url: str) -> dict[str, str]:
    """The parameters of an answer; raises `CallbackError` where one comes twice (RFC 6749 3.1)."""
    pairs = parse_qsl(urlsplit(callback_url).query, keep_blank_values=True)
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise CallbackError("A parameter of the callback address comes twice.")
    return parameters


def find_slot(parameters: dict[str, str], slots: Iterable[SignInSlot]) -> SignInSlot:
    """The sign-in that an answer belongs to; raises `StateMismatch`."""
    state = parameters.get("state")
    for slot in slots:
        if slot.state == state:
            return slot
    raise StateMismatch(
        "This answer belongs to no sign-in that this browser has under way: it began more than 15 minutes ago, in "
        "another browser, at another host name, or it was used already. Start the sign-in again."
    )


def read_code(callback_url: str, parameters: dict[str, str], slot: SignInSlot, metadata: ProviderMetadata) -> str:
    """The authorization code; raises `CallbackError`."""
    _check_address(callback_url, slot.redirect_uri)
    _check_issuer(parameters.get("iss"), metadata)
    if error := parameters.get("error"):
        description = parameters.get("error_description", "")
        text = f"The server did not sign the person in: {error}" + (f": {description}" if description else "")
        raise CallbackError(text, error, description)
    code = parameters.get("code")
    if not code:
        raise CallbackError("The callback address has neither a code nor an error.")
    return code


def _check_address(callback_url: str, redirect_uri: str) -> None:
    came, registered = urlsplit(callback_url), urlsplit(redirect_uri)
    parameters = parse_qsl(came.query, keep_blank_values=True)
    asked = parse_qsl(registered.query, keep_blank_values=True)
    if _place(came) != _place(registered) or not all(pair in parameters for pair in asked):
        raise CallbackError(
            f"The answer came to {came.scheme}://{came.netloc}{came.path}, but the sign-in was to come back to "
            f"{redirect_uri}. Behind a proxy, tell the framework its public address (Flask: werkzeug's ProxyFix)."
        )


def _place(parts: SplitResult) -> tuple[str, str | None, int | None, str]:
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname, port or _PORTS.get(parts.scheme), parts.path or "/"


def _check_issuer(given: str | None, metadata: ProviderMetadata) -> None:
    # RFC 9207 2.4: another server cannot have its answer taken for one of this server.
    if given is None and metadata.answers_name_the_issuer:
        raise CallbackError("The answer does not say which server it is from.")
    if given is not None and given != metadata.issuer:
        raise CallbackError("The answer is from another server than the one that was asked.")
