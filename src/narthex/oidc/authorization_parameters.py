"""The parameters of an authorization request, one reader each, which raises `OAuthError` with a text for the client."""

import re

from narthex.applications.schemas import Application
from narthex.interactions.schemas import FirstScreen, ResponseMode
from narthex.kit.forms import Form
from narthex.oidc.errors import OAuthError, invalid_request
from narthex.oidc.scopes import OFFLINE_ACCESS, split_scope

# SDKs ask for it with the organization scopes; without organizations there is nothing that it could give.
ORGANIZATIONS = "urn:logto:resource:organizations"
MAY_REPEAT = frozenset({"resource"})
CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")
EMPTY_CHALLENGE = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
LONGEST_STATE = 8192
LONGEST_NONCE = 2048
LONGEST_HINT = 256
SIGN_UP_SCREENS = frozenset({"register", "identifier:register"})


def check_repeated(form: Form) -> None:
    """Nothing but `resource` may come twice (RFC 6749 3.1)."""
    if repeated := [name for name in form.repeated() if name not in MAY_REPEAT]:
        raise invalid_request(f"{repeated[0][:64]!r} parameter must not be provided twice")


def check_request_objects(form: Form) -> None:
    """Request objects are not supported yet (OpenID Connect Core 3.1.2.6)."""
    for name in ("request", "request_uri", "registration"):
        if name in form:
            raise OAuthError(f"{name}_not_supported", f"the parameter {name} is not supported")


def response_mode(form: Form) -> ResponseMode:
    """How the answer travels; `query` unless asked otherwise."""
    match form.get("response_mode") or "query":
        case "query":
            return "query"
        case "fragment":
            return "fragment"
        case "form_post":
            return "form_post"
    raise OAuthError("unsupported_response_mode", "unsupported response_mode requested")


def check_response_type(form: Form, application: Application) -> None:
    """Only `code`, and only for applications that sign people in."""
    if (value := form.get("response_type")) is None:
        raise invalid_request("missing required parameter 'response_type'")
    if value != "code":
        raise OAuthError("unsupported_response_type", "unsupported response_type requested")
    if not application.rules.signs_people_in:
        raise OAuthError("unauthorized_client", "this client may not use the authorization endpoint")


def code_challenge(form: Form, application: Application) -> str | None:
    """The S256 challenge (RFC 7636 4.3): needed from public clients, checked from all."""
    challenge, method = form.get("code_challenge"), form.get("code_challenge_method")
    if challenge is None:
        if method is not None:
            raise invalid_request("code_challenge must be provided with code_challenge_method")
        if not application.rules.is_confidential:
            raise invalid_request("Authorization Server policy requires PKCE to be used for this request")
        return None
    if method != "S256":
        raise invalid_request("not supported value of code_challenge_method")
    if not CHALLENGE.fullmatch(challenge) or challenge == EMPTY_CHALLENGE:
        raise invalid_request("code_challenge must be the base64url SHA-256 of a code_verifier")
    return challenge


def prompts(form: Form) -> tuple[str, ...]:
    """What the client wants shown; `none` stands alone (OpenID Connect Core 3.1.2.1)."""
    found = split_scope(form.get("prompt"))
    if unknown := [value for value in found if value not in PROMPTS]:
        raise invalid_request(f"unsupported prompt value {unknown[0][:32]!r} requested")
    if "none" in found and len(found) > 1:
        raise invalid_request("prompt none must only be used alone")
    return found


def max_age(form: Form) -> int | None:
    """The greatest age of the sign-in, in seconds."""
    value = form.get("max_age")
    if value is None:
        return None
    if not (value.isascii() and value.isdigit()) or len(value) > 9:
        raise invalid_request("max_age must be a number of seconds")
    return int(value)


def text(form: Form, name: str, longest: int) -> str | None:
    """A parameter that is handed on as it is, within a length."""
    value = form.get(name)
    if value is not None and len(value) > longest:
        raise invalid_request(f"{name} must not be longer than {longest} characters")
    return value


def resource_indicators(form: Form) -> tuple[str, ...]:
    """The resources, each once; one value may hold several with commas between (wire: logto-api.md 1.2)."""
    values = [part for value in form.all("resource") for part in value.split(",") if part]
    return tuple(value for value in dict.fromkeys(values) if value != ORGANIZATIONS)


def scopes(form: Form, application: Application, prompted: tuple[str, ...]) -> tuple[str, ...]:
    """The scopes asked for. Offline access needs that consent was prompted for (OpenID Connect Core 11)."""
    found = split_scope(form.get("scope"))
    if "consent" in prompted or "refresh_token" not in application.rules.grant_types:
        return found
    return tuple(scope for scope in found if scope != OFFLINE_ACCESS)


def first_screen(form: Form) -> FirstScreen:
    """Where to begin (wire: logto-api.md 1.11); `interaction_mode` is the older name."""
    screen = form.get("first_screen")
    if screen in SIGN_UP_SCREENS or (screen is None and form.get("interaction_mode") == "signUp"):
        return FirstScreen.REGISTER
    return FirstScreen.SIGN_IN
