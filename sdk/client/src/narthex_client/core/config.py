"""The settings of a client, checked once."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from urllib.parse import urlsplit

from narthex_client.errors import ConfigError

ClientAuthentication = Literal["client_secret_basic", "client_secret_post"]
Prompt = Literal["consent", "login", "none", "select_account"]

RESERVED_SCOPES = ("openid", "offline_access", "profile")
ALGORITHMS = ("ES256", "ES384", "ES512", "RS256", "PS256")


class Scope(StrEnum):
    """The scopes of the person's own data. A plain text does as well."""

    OPENID = "openid"
    OFFLINE_ACCESS = "offline_access"
    PROFILE = "profile"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    ROLES = "roles"
    CUSTOM_DATA = "custom_data"
    IDENTITIES = "identities"
    ORGANIZATIONS = "urn:logto:scope:organizations"
    ORGANIZATION_ROLES = "urn:logto:scope:organization_roles"


@dataclass(frozen=True)
class ClientConfig:
    """Who this application is, and at which server.

    `endpoint` is the server's address without `/oidc`. Without `app_secret` the client is a public one. `resources` are
    the identifiers of APIs, `scopes` what is asked for beside `openid offline_access profile`. `prompt` may be several.
    `leeway_seconds` is how far the clocks of both machines may differ. Raises `ConfigError`.
    """

    endpoint: str
    app_id: str
    app_secret: str | None = None
    resources: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    prompt: Prompt | tuple[Prompt, ...] = "consent"
    reserved_scopes: bool = True
    client_authentication: ClientAuthentication = "client_secret_basic"
    algorithms: tuple[str, ...] = ALGORITHMS
    leeway_seconds: int = 30

    def __post_init__(self) -> None:
        """Refuse what cannot work; take any iterable where a tuple is meant."""
        parts = urlsplit(self.endpoint)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ConfigError(f"The endpoint {self.endpoint!r} is no address such as 'https://auth.example.com'.")
        if not self.app_id:
            raise ConfigError("The application ID is empty. The page of the application shows it.")
        object.__setattr__(self, "endpoint", self.endpoint.rstrip("/"))
        for name in ("resources", "scopes", "algorithms"):
            object.__setattr__(self, name, _each_once(name, getattr(self, name)))
        if not set(self.algorithms) <= {*ALGORITHMS, "RS384", "RS512", "PS384", "PS512", "Ed25519", "EdDSA"}:
            raise ConfigError(f"The algorithms {', '.join(self.algorithms)} are not all asymmetric signatures.")

    @property
    def issuer(self) -> str:
        """The issuer that this endpoint has."""
        return f"{self.endpoint}/oidc"

    @property
    def all_scopes(self) -> tuple[str, ...]:
        """What is asked for at a sign-in, each once, in a stable order."""
        return _each_once("scopes", (*self.scopes, *(RESERVED_SCOPES if self.reserved_scopes else ())))

    @property
    def all_resources(self) -> tuple[str, ...]:
        """The APIs that are asked for at a sign-in; with organizations theirs too (wire: Logto RFC 0001)."""
        organizations = ("urn:logto:resource:organizations",) if Scope.ORGANIZATIONS in self.scopes else ()
        return _each_once("resources", (*self.resources, *organizations))


def _each_once(name: str, values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise ConfigError(f"`{name}` is a list of texts, not one text: write [{values!r}].")
    found = tuple(dict.fromkeys(str(value) for value in values))
    if not all(found):
        raise ConfigError(f"`{name}` has an empty text in it.")
    return found
