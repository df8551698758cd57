"""The one place that makes tokens. Wire: id-token.json, access-token-user-jwt.json, token-*.json."""

from collections.abc import Collection, Iterable

from msgspec import Struct

from narthex.applications.schemas import Application
from narthex.kit.http import NO_STORE, Response, json_response
from narthex.kit.runtime import Runtime
from narthex.oidc.claims import id_token_claims
from narthex.resources.schemas import Resource
from narthex.signing_keys import service as signing_keys
from narthex.signing_keys.schemas import KeyRing
from narthex.tenants.schemas import Tenant
from narthex.tokens.schemas import ACCESS_TOKEN_TTL, LiveGrant

ID_TOKEN_TTL = 3600
PRAGMA_NO_CACHE = (b"pragma", b"no-cache")


class TokenSet(Struct, frozen=True, omit_defaults=True, tag_field="token_type", tag="Bearer"):
    """A successful answer of the token endpoint (RFC 6749 5.1); `expires_in` in seconds, `token_type` always Bearer."""

    access_token: str
    expires_in: int
    scope: str
    id_token: str | None = None
    refresh_token: str | None = None


class Issuer(Struct, frozen=True):
    """Makes the tokens of one tenant at one moment."""

    tenant: Tenant
    ring: KeyRing
    now: int

    def id_token(
        self,
        grant: LiveGrant,
        application: Application,
        scopes: Collection[str],
        roles: Iterable[str],
        nonce: str | None = None,
    ) -> str:
        """An ID token (OpenID Connect Core 2); `iat` is always fresh, `aud` a string."""
        issued_at = self.now // 1000
        claims = id_token_claims(grant.user, scopes, roles)
        claims.update(
            sid=grant.session_id,
            auth_time=grant.authenticated_at // 1000,
            aud=application.id,
            exp=issued_at + (application.custom.id_token_ttl or ID_TOKEN_TTL),
            iat=issued_at,
            iss=self.tenant.issuer,
        )
        if nonce is not None:
            claims["nonce"] = nonce
        return self.ring.signer(self.now).sign(claims)

    def access_token(self, token_id: str, subject: str, client_id: str, resource: Resource, scope: str) -> str:
        """A JWT access token for a resource (RFC 9068)."""
        issued_at = self.now // 1000
        return self.ring.signer(self.now).sign(
            {
                "jti": token_id,
                "sub": subject,
                "iat": issued_at,
                "exp": issued_at + resource.access_token_ttl,
                "scope": scope,
                "client_id": client_id,
                "iss": self.tenant.issuer,
                "aud": resource.indicator,
            },
            typ="at+jwt",
        )


async def issuer(runtime: Runtime, tenant: Tenant) -> Issuer:
    """The issuer of a tenant, now."""
    return Issuer(tenant, await signing_keys.key_ring(runtime, tenant.id), runtime.clock.now())


def opaque_expiry() -> int:
    """Seconds that an opaque access token lives."""
    return ACCESS_TOKEN_TTL // 1000


def token_response(tokens: TokenSet) -> Response:
    """The answer of the token endpoint; never cached (RFC 6749 5.1)."""
    return json_response(tokens, 200, (NO_STORE, PRAGMA_NO_CACHE))
