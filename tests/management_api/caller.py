"""Calls the Management API as a script does: with the token of a machine-to-machine application."""

from dataclasses import dataclass, field
from typing import Any

import httpx2

from narthex.resources.schemas import management_indicator
from tests.fixtures.server import Server


@dataclass(frozen=True)
class Caller:
    """A script with its token at one tenant."""

    client: httpx2.AsyncClient
    base_path: str
    token: str | None
    application_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """One request."""
        sent = self.headers | more.pop("headers", {})
        if self.token is not None:
            sent.setdefault("authorization", f"Bearer {self.token}")
        return await self.client.request(method, self.base_path + path, headers=sent, **more)

    async def get(self, path: str, status: int = 200, **more: Any) -> Any:
        """What a read answers."""
        return read(await self.call("GET", path, **more), status)

    async def post(self, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        """What a POST answers."""
        return read(await self.call("POST", path, json={} if body is None else body, **more), status)

    async def patch(self, path: str, body: Any, status: int = 200) -> Any:
        """What a PATCH answers."""
        return read(await self.call("PATCH", path, json=body), status)

    async def put(self, path: str, body: Any, status: int = 200) -> Any:
        """What a PUT answers."""
        return read(await self.call("PUT", path, json=body), status)

    async def delete(self, path: str, status: int = 204) -> Any:
        """What a DELETE answers."""
        return read(await self.call("DELETE", path), status)


def read(response: httpx2.Response, status: int) -> Any:
    """The body of an answer that has the expected status; None where there is none."""
    assert response.status_code == status, f"{response.status_code} {response.text}"
    if not response.content:
        return None
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    return response.json()


async def token_of(server: Server, application_id: str, secret: str | None, tenant_id: str = "default") -> str:
    """A machine's token for the Management API."""
    answer = await server.client(tenant_id).post(
        f"{server.tenant(tenant_id).base_path}/oidc/token",
        data={"grant_type": "client_credentials", "resource": management_indicator(tenant_id), "scope": "all"},
        auth=(application_id, secret or ""),
    )
    token: str = answer.json()["access_token"]
    return token


async def caller(server: Server, tenant_id: str = "default", *, with_role: bool = True) -> Caller:
    """A new machine-to-machine application that calls the API of a tenant."""
    made = await server.machine(tenant_id=tenant_id, with_role=with_role)
    token = await token_of(server, made.application_id, made.secret, tenant_id)
    return Caller(server.client(tenant_id), server.tenant(tenant_id).base_path, token, made.application_id)


def stranger(server: Server, token: str | None = None, tenant_id: str = "default") -> Caller:
    """Somebody with another token, or none."""
    return Caller(server.client(tenant_id), server.tenant(tenant_id).base_path, token)


async def refused(caller: Caller, method: str, path: str, status: int, code: str, **more: Any) -> dict[str, Any]:
    """The body of a refusal, which has nothing but the members of the wire."""
    body: dict[str, Any] = read(await caller.call(method, path, **more), status)
    assert body["code"] == code, body
    assert body.keys() <= {"code", "message", "data", "details"}
    assert body["message"]
    return body
