"""An authorization request from raw parameters to a frozen record, by named checks in an order that matters: until the
client and its redirect URI are known to belong together, nothing is ever redirected (RFC 6749 4.1.2.1)."""

from msgspec import Struct

from narthex.applications import service as applications
from narthex.applications.redirect_uris import is_registered
from narthex.applications.schemas import Application
from narthex.interactions.schemas import AuthorizationRequest, ResponseMode
from narthex.kit.errors import Refusal
from narthex.kit.forms import Form
from narthex.kit.runtime import Runtime
from narthex.oidc import authorization_parameters as parameters
from narthex.oidc.errors import OAuthError, invalid_request, invalid_target
from narthex.oidc.id_token_hint import read_hint
from narthex.oidc.scopes import KNOWN, split_scope
from narthex.resources import service as resources
from narthex.tenants.request import Request


class ReturnAddress(Struct, frozen=True):
    """Where an answer goes, once client and redirect URI are known to belong together."""

    redirect_uri: str
    response_mode: ResponseMode
    state: str | None


class RefusedAtClient(Refusal):
    """An error that may travel to the application, at the address that was checked."""

    def __init__(self, application: Application, address: ReturnAddress, cause: OAuthError) -> None:
        super().__init__(cause.code, status=cause.status, text=cause.text, phrase=cause.phrase, detail=cause.detail)
        self.application = application
        self.address = address
        self.cause = cause


class CheckedRequest(Struct, frozen=True):
    """A request that holds, and the application it is from."""

    application: Application
    request: AuthorizationRequest
    address: ReturnAddress


async def check(runtime: Runtime, request: Request, form: Form) -> CheckedRequest:
    """The checked request. Raises `OAuthError` for the error page, `RefusedAtClient` for the application."""
    application = await _client(runtime, request, form)
    redirect_uri = _redirect_uri(form, application)
    address = _address(form, redirect_uri)
    try:
        checked = await _rest(runtime, request, form, application, address)
    except OAuthError as error:
        raise RefusedAtClient(application, address, error) from None
    return CheckedRequest(application, checked, address)


async def _client(runtime: Runtime, request: Request, form: Form) -> Application:
    client_ids = form.all("client_id")
    if not client_ids:
        raise invalid_request("missing required parameter 'client_id'")
    if len(client_ids) > 1:
        raise invalid_request("'client_id' parameter must not be provided twice")
    application = await applications.find(runtime, request.tenant, client_ids[0])
    if application is None:
        error = OAuthError("invalid_client", "unknown client")
        error.phrase = "error.unknown_client"
        raise error
    return application


def _redirect_uri(form: Form, application: Application) -> str:
    values = form.all("redirect_uri")
    if not values:
        raise invalid_request("missing required parameter 'redirect_uri'")
    if len(values) > 1:
        raise invalid_request("'redirect_uri' parameter must not be provided twice")
    if not is_registered(application, values[0]):
        text = "redirect_uri did not match any of the client's registered redirect_uris"
        error = OAuthError("invalid_redirect_uri", text)
        error.phrase = "error.redirect_uri_mismatch"
        raise error
    return values[0]


def _address(form: Form, redirect_uri: str) -> ReturnAddress:
    try:
        mode = parameters.response_mode(form)
    except OAuthError:
        mode = "query"
    states = form.all("state")
    state = states[0] if len(states) == 1 and len(states[0]) <= parameters.LONGEST_STATE else None
    return ReturnAddress(redirect_uri, mode, state)


async def _rest(
    runtime: Runtime, request: Request, form: Form, application: Application, address: ReturnAddress
) -> AuthorizationRequest:
    parameters.check_repeated(form)
    parameters.check_request_objects(form)
    parameters.check_response_type(form, application)
    parameters.text(form, "state", parameters.LONGEST_STATE)
    prompted = parameters.prompts(form)
    indicators = parameters.resource_indicators(form) or await _default_indicators(runtime, request)
    asked = parameters.scopes(form, application, prompted)
    return AuthorizationRequest(
        client_id=application.id,
        redirect_uri=address.redirect_uri,
        response_mode=parameters.response_mode(form),
        scopes=await _known_scopes(runtime, request, asked, indicators),
        resources=indicators,
        state=address.state,
        nonce=parameters.text(form, "nonce", parameters.LONGEST_NONCE),
        code_challenge=parameters.code_challenge(form, application),
        prompts=prompted,
        max_age=parameters.max_age(form),
        hinted_subject=await _hinted_subject(runtime, request, form, application),
        login_hint=parameters.text(form, "login_hint", parameters.LONGEST_HINT),
        ui_locales=split_scope(parameters.text(form, "ui_locales", parameters.LONGEST_HINT)),
        first_screen=parameters.first_screen(form),
        identifiers=split_scope(form.get("identifier") or form.get("identifiers")),
        direct_sign_in=parameters.text(form, "direct_sign_in", parameters.LONGEST_HINT),
        organization_id=parameters.text(form, "organization_id", parameters.LONGEST_HINT),
    )


async def _default_indicators(runtime: Runtime, request: Request) -> tuple[str, ...]:
    default = await resources.find_default(runtime, request.tenant.id)
    return (default.indicator,) if default else ()


async def _known_scopes(
    runtime: Runtime, request: Request, asked: tuple[str, ...], indicators: tuple[str, ...]
) -> tuple[str, ...]:
    """The scopes that mean something: those of the protocol, and those that a requested resource has. Others are let
    go without a word, as the wire does."""
    rest = [scope for scope in asked if scope not in KNOWN]
    meaningful = set(asked) & KNOWN
    for indicator in indicators:
        resource = await resources.find_by_indicator(runtime, request.tenant.id, indicator)
        if resource is None:
            raise invalid_target("resource indicator is missing, or unknown")
        if rest:
            known = await resources.scopes_by_name(runtime, request.tenant.id, resource.id, rest)
            meaningful |= {scope.name for scope in known}
    return tuple(scope for scope in asked if scope in meaningful)


async def _hinted_subject(runtime: Runtime, request: Request, form: Form, application: Application) -> str | None:
    token = form.get("id_token_hint")
    if token is None:
        return None
    hint = await read_hint(runtime, request.tenant, token)
    if hint is None or hint.audience != application.id:
        raise invalid_request("id_token_hint is not an ID token of this client")
    return hint.subject
