"""An application as the tests play it: it sends a browser for a code, redeems and refreshes, and asks about tokens."""

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import httpx2
from joserfc import jwt
from joserfc.jwk import KeySet

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.applications.types import ApplicationType
from narthex.resources import service as resources
from narthex.roles import assigning
from narthex.roles import service as roles
from narthex.roles.schemas import RoleType
from narthex.users import service as users
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import VERIFIER, Browser, returned

SIGNATURES = ["ES256", "ES384", "ES512", "RS256", "PS256", "EdDSA"]


@dataclass(frozen=True)
class RelyingParty:
    """An application of a tenant, and one browser in front of it. A field that is None is left out of a request."""

    server: Server
    credentials: Credentials
    browser: Browser
    tenant_id: str = "default"
    redirect_uri: str = CALLBACK

    @property
    def id(self) -> str:
        """Its client id."""
        return self.credentials.application_id

    @property
    def secret(self) -> str:
        """Its secret; a public client has none."""
        assert self.credentials.secret is not None
        return self.credentials.secret

    @property
    def named(self) -> dict[str, str | None]:
        """Its authentication in the body."""
        return {"client_id": self.id, "client_secret": self.credentials.secret}

    def beside(self, browser: Browser) -> "RelyingParty":
        """The same application in another browser."""
        return RelyingParty(self.server, self.credentials, browser, self.tenant_id, self.redirect_uri)

    def url(self, **parameters: Any) -> str:
        """An authorization request."""
        return self.browser.authorize_url(self.id, self.redirect_uri, **parameters)

    async def authorize(self, **parameters: Any) -> httpx2.Response:
        """Send the browser; the answer is a page, or the redirect to the application."""
        return await self.browser.get(self.url(**parameters))

    async def sign_up(self, username: str = "ada", **parameters: Any) -> str:
        """Make an account; the code."""
        answer = await self.browser.sign_up(self.id, self.redirect_uri, username, **parameters)
        return returned(answer)["code"]

    async def sign_in(self, username: str = "ada", **parameters: Any) -> str:
        """Sign in; the code."""
        answer = await self.browser.sign_in(self.id, self.redirect_uri, username, **parameters)
        return returned(answer)["code"]

    async def code(self, **parameters: Any) -> str:
        """A code for whoever is signed in in the browser."""
        return returned(await self.authorize(**parameters))["code"]

    async def tokens(self, **parameters: Any) -> dict[str, Any]:
        """Fresh tokens for whoever is signed in in the browser."""
        return answered(await self.redeem(await self.code(**parameters)))

    async def post(self, endpoint: str, *, headers: Any = None, **fields: Any) -> httpx2.Response:
        """Call an endpoint below `/oidc`, with the client named in the body."""
        given = {name: value for name, value in (self.named | fields).items() if value is not None}
        return await post_form(self.server, f"{self.path}/oidc/{endpoint}", given, headers, tenant_id=self.tenant_id)

    @property
    def path(self) -> str:
        """The path of the tenant under its origin."""
        return self.server.tenant(self.tenant_id).base_path

    async def redeem(self, code: str, /, **changes: Any) -> httpx2.Response:
        """Exchange a code."""
        form = {"redirect_uri": self.redirect_uri, "code_verifier": VERIFIER, "code": code}
        return await self.post("token", **({"grant_type": "authorization_code"} | form | changes))

    async def refresh(self, token: str, /, **changes: Any) -> httpx2.Response:
        """Use a refresh token."""
        return await self.post("token", **({"grant_type": "refresh_token", "refresh_token": token} | changes))

    async def introspect(self, token: str, /, **changes: Any) -> dict[str, Any]:
        """What the server says of a token."""
        return answered(await self.post("token/introspection", **({"token": token} | changes)))

    async def revoke(self, token: str, /, **changes: Any) -> httpx2.Response:
        """Revoke a token."""
        return await self.post("token/revocation", **({"token": token} | changes))

    async def userinfo(self, token: str) -> httpx2.Response:
        """The claims that a token gives."""
        async with self.server.client(self.tenant_id) as client:
            return await client.get(f"{self.path}/oidc/me", headers={"authorization": f"Bearer {token}"})


async def post_form(
    server: Server,
    path: str,
    fields: dict[str, Any],
    headers: dict[str, str] | None = None,
    *,
    tenant_id: str = "default",
) -> httpx2.Response:
    """Send a form as a program does: no cookies, no origin."""
    async with server.client(tenant_id) as client:
        return await client.post(path, data=fields, headers=headers)


async def relying_party(
    server: Server, kind: ApplicationType = ApplicationType.TRADITIONAL, *, tenant_id: str = "default", **fields: Any
) -> RelyingParty:
    """A new application with a new browser in front of it."""
    made = await server.application(kind, tenant_id=tenant_id, **fields)
    redirect_uri = fields.get("redirect_uris", (CALLBACK,))[0]
    return RelyingParty(server, made, server.browser(tenant_id), tenant_id, redirect_uri)


async def machine(server: Server, *, with_role: bool = True) -> RelyingParty:
    """A new machine-to-machine application."""
    return RelyingParty(server, await server.machine(with_role=with_role), server.browser())


async def suspend(server: Server, user_id: str) -> None:
    """Suspend a user of the default tenant."""
    async with server.runtime.database.write("default") as tx:
        await users.set_suspended(tx, system_actor("default"), user_id, True)


async def delete_user(server: Server, user_id: str) -> None:
    """Delete a user of the default tenant."""
    async with server.runtime.database.write("default") as tx:
        await users.delete(tx, system_actor("default"), user_id)


async def api_with_scope(server: Server, indicator: str, scope: str, user_id: str | None = None) -> str:
    """Make a resource with one scope, and a role with it, given to the user if one is named; the id of the role."""
    actor, cache = system_actor("default"), server.runtime.cache
    async with server.runtime.database.write("default") as tx:
        resource_id = await resources.create(tx, actor, cache, indicator, indicator)
        scope_id = await resources.create_scope(tx, actor, cache, resource_id, scope)
        role_id = await roles.create(tx, actor, cache, f"may {scope} {indicator}", "", RoleType.USER, (scope_id,))
        if user_id is not None:
            await assigning.assign_to_user(tx, actor, user_id, role_id)
    return role_id


def answered(response: httpx2.Response) -> dict[str, Any]:
    """The JSON of a success."""
    assert response.status_code == 200, f"{response.status_code} {response.text}"
    body: dict[str, Any] = response.json()
    return body


def refused(response: httpx2.Response, error: str = "invalid_grant", status: int = 400) -> dict[str, Any]:
    """The JSON of an OAuth error of this name, which must have the members that every client reads."""
    body: dict[str, Any] = response.json()
    assert (response.status_code, body.get("error")) == (status, error), f"{response.status_code} {response.text}"
    assert body["code"] == f"oidc.{error}", body
    assert isinstance(body["message"], str), body
    assert body["message"], body
    assert isinstance(body["error_description"], str), body
    assert response.headers["content-type"].startswith("application/json")
    return body


def basic(client_id: str, secret: str, *, encoded: bool = False) -> dict[str, str]:
    """An authorization header, with id and secret as they are or url-encoded (RFC 6749 2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}" if encoded else f"{client_id}:{secret}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def header_of(token: str) -> dict[str, Any]:
    """The header of a JWT, not verified."""
    return _segment(token, 0)


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a JWT, not verified."""
    return _segment(token, 1)


def _segment(token: str, index: int) -> dict[str, Any]:
    segment = token.split(".")[index]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    return decoded


async def verified(server: Server, token: str, tenant_id: str = "default") -> dict[str, Any]:
    """The claims of a JWT, verified by another library with the JWKS that the tenant publishes now."""
    async with server.client(tenant_id) as client:
        jwks = answered(await client.get(f"{server.tenant(tenant_id).base_path}/oidc/jwks"))
    keys = KeySet.import_key_set(jwks)  # type: ignore[arg-type]  # a JWKS as JSON is what it takes
    return jwt.decode(token, keys, algorithms=SIGNATURES).claims
