"""Scopes, claims, discovery and the parameters of a sign-in."""

from dataclasses import dataclass
from enum import Enum

from pydantic import BaseModel, ConfigDict


class OidcProviderMetadata(BaseModel):
    """The discovery document (OpenID Connect Discovery 1.0, 3). Members without a field are kept too."""

    model_config = ConfigDict(extra="allow")

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    response_types_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    registration_endpoint: str | None = None
    end_session_endpoint: str | None = None
    revocation_endpoint: str | None = None
    introspection_endpoint: str | None = None
    scopes_supported: list[str] = []
    claims_supported: list[str] = []
    response_modes_supported: list[str] = []
    grant_types_supported: list[str] = []
    acr_values_supported: list[str] = []
    token_endpoint_auth_methods_supported: list[str] = []
    code_challenge_methods_supported: list[str] = []
    ui_locales_supported: list[str] = []
    claims_parameter_supported: bool = False
    request_parameter_supported: bool = False
    request_uri_parameter_supported: bool = True


class Scope(Enum):
    """A scope that has a name here; a plain text does as well."""


class OAuthScope(Scope):
    """Scopes of the protocol."""

    offlineAccess = "offline_access"


class UserInfoScope(Scope):
    """Scopes of the person's own data."""

    openid = "openid"
    profile = "profile"
    email = "email"
    phone = "phone"
    address = "address"
    roles = "roles"
    custom_data = "custom_data"
    customData = "custom_data"  # the older spelling
    identities = "identities"
    organizations = "urn:logto:scope:organizations"
    organization_roles = "urn:logto:scope:organization_roles"


class ReservedResource(Enum):
    """Resources that are always there."""

    organizations = "urn:logto:resource:organizations"


class FirstScreen(Enum):
    """What the person sees first."""

    register = "identifier:register"
    sign_in = "identifier:sign_in"
    single_sign_on = "single_sign_on"
    reset_password = "reset_password"


class Identifier(Enum):
    """What may be typed in on the first screen."""

    username = "username"
    email = "email"
    phone = "phone"


class DirectSignInOptionMethod(Enum):
    """The two ways past the sign-in page."""

    sso = "sso"
    social = "social"


@dataclass(frozen=True)
class DirectSignInOption:
    """Past the sign-in page, to one connection, such as `social:google`."""

    method: DirectSignInOptionMethod
    identifier: str

    def __str__(self) -> str:
        """As it stands in the address."""
        return f"{self.method.value}:{self.identifier}"


class IdTokenClaims(BaseModel):
    """The claims of an ID token. Claims without a field are in `model_extra`."""

    model_config = ConfigDict(extra="allow")

    iss: str
    sub: str
    aud: str | list[str]
    exp: int
    iat: int
    at_hash: str | None = None
    name: str | None = None
    username: str | None = None
    picture: str | None = None
    email: str | None = None
    email_verified: bool | None = None
    phone_number: str | None = None
    phone_number_verified: bool | None = None
    organizations: list[str] | None = None
    organization_roles: list[str] | None = None


class AccessTokenClaims(BaseModel):
    """The claims of an access token for an API. Claims without a field are in `model_extra`."""

    model_config = ConfigDict(extra="allow")

    iss: str
    sub: str
    aud: str | list[str]
    exp: int
    iat: int
    scope: str = ""
    client_id: str | None = None
