"""Discovery (OpenID Connect Discovery 1.0, RFC 8414): one document, two names. It lists what works, nothing more."""

from narthex.kit.http import Response, header, json_response
from narthex.kit.runtime import Runtime
from narthex.oidc.claims import supported_claims
from narthex.oidc.conditional import with_etag
from narthex.oidc.grants import GRANTS
from narthex.oidc.scopes import PROTOCOL_SCOPES
from narthex.signing_keys import service as signing_keys
from narthex.tenants.request import Request
from narthex.tenants.schemas import Tenant

# Shorter than the hour for which a key is published before it signs.
CACHE = header("cache-control", "public, max-age=300")


async def discovery(runtime: Runtime, request: Request) -> Response:
    """The metadata of the tenant's issuer."""
    ring = await signing_keys.key_ring(runtime, request.tenant.id)
    return with_etag(request, json_response(metadata(request.tenant, ring.algorithms), 200, (CACHE,)))


def metadata(tenant: Tenant, algorithms: list[str]) -> dict[str, object]:
    """The document. Wire: discovery.json."""
    base = tenant.issuer
    authentication_methods = ["client_secret_basic", "client_secret_post", "none"]
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/auth",
        "token_endpoint": f"{base}/token",
        "userinfo_endpoint": f"{base}/me",
        "jwks_uri": f"{base}/jwks",
        "end_session_endpoint": f"{base}/session/end",
        "introspection_endpoint": f"{base}/token/introspection",
        "revocation_endpoint": f"{base}/token/revocation",
        "scopes_supported": list(PROTOCOL_SCOPES),
        "claims_supported": supported_claims(),
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": list(GRANTS),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "token_endpoint_auth_methods_supported": authentication_methods,
        "introspection_endpoint_auth_methods_supported": authentication_methods[:2],
        "revocation_endpoint_auth_methods_supported": authentication_methods,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "authorization_response_iss_parameter_supported": True,
    }
