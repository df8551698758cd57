"""The form of the OIDC connector, as the console shows it."""

from narthex.connectors.contract import FieldCondition, FieldOption, FormField
from narthex.connectors.oidc.config import ALGORITHMS, AUTH_METHODS, AUTH_REQUEST, SECRET_ALGORITHMS, VERIFICATION

_METHOD_TITLES = ("In the form (post)", "In the header (basic)", "As a signed assertion (jwt)")


def _token(key: str, label: str, help: str, placeholder: str = "") -> FormField:
    return FormField(key=f"{VERIFICATION}.{key}", label=label, help=help, placeholder=placeholder, advanced=True)


def _request(key: str, label: str, help: str, placeholder: str = "") -> FormField:
    return FormField(key=f"{AUTH_REQUEST}.{key}", label=label, help=help, placeholder=placeholder, advanced=True)


_MAIN = (
    FormField(
        key="authorizationEndpoint",
        label="Authorization endpoint",
        type="url",
        required=True,
        help="Where the browser goes to sign in.",
        placeholder="https://idp.example.com/authorize",
    ),
    FormField(
        key="tokenEndpoint",
        label="Token endpoint",
        type="url",
        required=True,
        help="Where this server turns the code into an ID token.",
        placeholder="https://idp.example.com/token",
    ),
    FormField(
        key=f"{VERIFICATION}.jwksUri",
        label="JWKS URI",
        type="url",
        required=True,
        help="The provider's public keys.",
        placeholder="https://idp.example.com/keys",
    ),
    FormField(
        key=f"{VERIFICATION}.issuer",
        label="Issuer",
        type="list",
        required=True,
        help="The provider's name in its tokens, exactly as it writes it; one a line if it has several.",
        placeholder="https://idp.example.com",
    ),
    FormField(
        key="clientId", label="Client ID", required=True, help="The provider gave it to you for this application."
    ),
    FormField(key="clientSecret", label="Client secret", type="secret", required=True, help="It is stored encrypted."),
    FormField(
        key="scope",
        label="Scope",
        required=True,
        default="openid profile email",
        help="What to ask for, with blanks between. openid is added if it is missing.",
        placeholder="openid profile email",
    ),
    FormField(
        key="tokenEndpointAuthMethod",
        label="How to send the client secret",
        type="select",
        options=tuple(FieldOption(*pair) for pair in zip(AUTH_METHODS, _METHOD_TITLES, strict=True)),
        default=AUTH_METHODS[0],
    ),
    FormField(
        key="clientSecretJwtSigningAlgorithm",
        label="Algorithm of the assertion",
        type="select",
        options=tuple(FieldOption(name, name) for name in SECRET_ALGORITHMS),
        default=SECRET_ALGORITHMS[0],
        condition=FieldCondition("tokenEndpointAuthMethod", "client_secret_jwt"),
    ),
    FormField(
        key="enablePkce",
        label="Use PKCE",
        type="switch",
        help="Binds the code to this browser's attempt. Switch it on if the provider offers S256.",
    ),
    FormField(
        key="trustUnverifiedEmail",
        label="Trust e-mail addresses that the provider says nothing about",
        type="switch",
        default=False,
        help="Only if the provider proves every address. One that it calls unverified is never taken.",
    ),
)
_TOKEN = (
    FormField(
        key=f"{VERIFICATION}.audience",
        label="Further audiences",
        type="list",
        help="Besides the client ID, which is always required.",
        advanced=True,
    ),
    FormField(
        key=f"{VERIFICATION}.algorithms",
        label="Signature algorithms",
        type="list",
        help=f"Of {', '.join(ALGORITHMS)}; all of them if empty.",
        advanced=True,
    ),
    _token("clockTolerance", "Clock tolerance", "How far the provider's clock may be off.", "10s"),
    _token("maxTokenAge", "Greatest age of a token", "Counted from when it was issued.", "10 minutes"),
    _token("subject", "Subject", "Only this one person of the provider may sign in."),
    _token("typ", "Type", "What the typ header of the token must be.", "JWT"),
    FormField(
        key=f"{VERIFICATION}.crit",
        label="Critical headers",
        type="json",
        help="Headers that the provider may mark as critical, each with true or false.",
        placeholder='{"urn:example": true}',
        advanced=True,
    ),
    _token("currentDate", "Date to judge by", "For tests only: tokens are judged as if it were this date."),
    FormField(
        key="acceptStringTypedBooleanClaims",
        label='Take "true" and "false" in quotes for true and false',
        type="switch",
        default=False,
        advanced=True,
    ),
    FormField(
        key="authorizationResponseIssParameterSupported",
        label="The provider names itself when the browser comes back (RFC 9207)",
        type="switch",
        default=False,
        help="Then an answer that does not is refused.",
        advanced=True,
    ),
)
_REQUEST = (
    FormField(
        key=f"{AUTH_REQUEST}.responseMode",
        label="Response mode",
        type="select",
        options=(
            FieldOption("", "The provider's choice"),
            FieldOption("query", "query"),
            FieldOption("form_post", "form_post"),
        ),
        default="",
        advanced=True,
    ),
    _request("prompt", "Prompt", "login, consent, select_account or none, with blanks between.", "select_account"),
    _request("display", "Display", "page, popup, touch or wap."),
    _request("maxAge", "Greatest age of the sign-in", "In seconds. The provider then has to say when it was.", "3600"),
    _request("uiLocales", "Languages", "For the provider's pages, with blanks between.", "ja en"),
    _request("loginHint", "Login hint", "Whom the provider should suggest."),
    _request("idTokenHint", "ID token hint", "An earlier ID token of the provider."),
    _request("acrValues", "Authentication classes", "With blanks between, the best first."),
    FormField(
        key="customConfig",
        label="Further parameters",
        type="json",
        help="Sent along to both endpoints. They cannot replace what makes the exchange safe.",
        placeholder='{"kcIdpHint": "github"}',
        advanced=True,
    ),
)

FIELDS = (*_MAIN, *_TOKEN, *_REQUEST)
