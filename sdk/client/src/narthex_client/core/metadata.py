"""What a server says of itself (OpenID Connect Discovery 1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from narthex_client.core.messages import HttpRequest, HttpResponse, text_of
from narthex_client.errors import DiscoveryError

WELL_KNOWN = "/.well-known/openid-configuration"
_REQUIRED = ("authorization_endpoint", "token_endpoint", "jwks_uri")

Endpoint = Literal["userinfo_endpoint", "end_session_endpoint", "revocation_endpoint"]


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """The parts that this package uses; `everything` is the whole document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    revocation_endpoint: str | None
    answers_name_the_issuer: bool
    everything: Mapping[str, object]


def metadata_request(issuer: str) -> HttpRequest:
    """Where the document is (OpenID Connect Discovery 1.0, 4.1)."""
    return HttpRequest(issuer.rstrip("/") + WELL_KNOWN)


def read_metadata(answer: HttpResponse, issuer: str) -> ProviderMetadata:
    """The metadata; raises `DiscoveryError`, also where it is that of another issuer (4.3)."""
    found = answer.json_object() if answer.status == 200 else None
    if found is None:
        raise DiscoveryError(f"{issuer}{WELL_KNOWN} answered with status {answer.status} and no metadata.")
    if found.get("issuer") != issuer:
        raise DiscoveryError(f"The server calls itself {found.get('issuer')!r}, not {issuer!r}. Use that endpoint.")
    missing = [name for name in _REQUIRED if text_of(found, name) is None]
    if missing:
        raise DiscoveryError(f"The metadata of {issuer} has no {', '.join(missing)}.")
    return ProviderMetadata(
        issuer=issuer,
        authorization_endpoint=str(found["authorization_endpoint"]),
        token_endpoint=str(found["token_endpoint"]),
        jwks_uri=str(found["jwks_uri"]),
        userinfo_endpoint=text_of(found, "userinfo_endpoint"),
        end_session_endpoint=text_of(found, "end_session_endpoint"),
        revocation_endpoint=text_of(found, "revocation_endpoint"),
        answers_name_the_issuer=found.get("authorization_response_iss_parameter_supported") is True,
        everything=found,
    )


def endpoint(metadata: ProviderMetadata, name: Endpoint) -> str:
    """An endpoint that not every server has; raises `DiscoveryError` where it is missing."""
    found: str | None = getattr(metadata, name)
    if found is None:
        raise DiscoveryError(f"The server {metadata.issuer} has no {name}.")
    return found
