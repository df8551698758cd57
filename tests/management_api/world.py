"""One of everything in a tenant, and a request that is in order for every operation of the API."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from msgspec import Struct

from narthex.management_api.operation import Operation
from narthex.management_api.operations import OPERATIONS
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.traces import dump
from tests.fixtures.walk import PASSWORD
from tests.management_api.caller import Caller, caller
from tests.oidc.relying_party import relying_party

OIDC_CONFIG = {
    "authorizationEndpoint": "https://idp.example.com/auth",
    "tokenEndpoint": "https://idp.example.com/token",
    "clientId": "narthex",
    "clientSecret": "a-secret-of-the-connector",
    "scope": "openid profile",
    "idTokenVerificationConfig": {"jwksUri": "https://idp.example.com/jwks", "issuer": "https://idp.example.com"},
}
# What `{id}` stands for, by the part of the path before it.
THING = {
    "applications": "application",
    "resources": "resource",
    "connectors": "connector",
    "connector-factories": "factory",
    "roles": "role",
    "logs": "log",
}
SAME_IN_EVERY_TENANT = frozenset({"factory", "key_type", "language", "target", "secret", "username"})


@dataclass(frozen=True)
class World:
    """The ids of what is in a tenant, with somebody who may do everything."""

    server: Server
    api: Caller
    ids: dict[str, str]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def names(self, operation: Operation) -> dict[str, str]:
        """What the parameters of a path stand for."""
        return {parameter: _thing(operation.path, parameter) for parameter in operation.parameters}

    def path(self, operation: Operation, **others: str) -> str:
        """The path of an operation with the ids of this world, or others for some parameters."""
        path = operation.path
        for parameter, thing in self.names(operation).items():
            path = path.replace(f"{{{parameter}}}", others.get(parameter, self.ids[thing]))
        return path

    def body(self, operation: Operation) -> Any:
        """A body that is in order; names in it are new each time."""
        if operation.body is None:
            return None
        return BODIES[operation.id](self.ids, f"new{next(self.numbers)}")


def _thing(path: str, parameter: str) -> str:
    parts = path.split("/")
    if parameter == "id":
        machines = "applications" in parts[4:] or (parts[2] == "applications" and parts[-1] == "roles")
        return "machine_role" if machines else THING[parts[2]]
    return {
        "applicationId": "machine",
        "userId": "user",
        "roleId": "machine_role" if parts[2] == "applications" else "role",
        "resourceId": "resource",
        "scopeId": "scope",
        "sessionId": "session",
        "grantId": "grant",
        "target": "target",
        "languageTag": "language",
        "keyType": "key_type",
        "keyId": "key",
        "name": "secret",
    }[parameter]


BODIES: dict[str, Any] = {
    "CreateApplication": lambda ids, name: {"name": name, "type": "Traditional"},
    "UpdateApplication": lambda ids, name: {"name": name},
    "UpdateApplicationCustomData": lambda ids, name: {"a": name},
    "CreateApplicationSecret": lambda ids, name: {"name": name},
    "UpdateApplicationSecret": lambda ids, name: {"name": "first"},
    "CreateResource": lambda ids, name: {"name": name, "indicator": f"https://{name}.example.com"},
    "UpdateResource": lambda ids, name: {"name": name},
    "SetDefaultResource": lambda ids, name: {"isDefault": False},
    "CreateResourceScope": lambda ids, name: {"name": name},
    "UpdateResourceScope": lambda ids, name: {"description": name},
    "CreateConnector": lambda ids, name: {
        "connectorId": "oidc",
        "metadata": {"target": name, "name": {"en": name}},
        "config": OIDC_CONFIG,
    },
    "UpdateConnector": lambda ids, name: {"syncProfile": False},
    "UpdateSignInExp": lambda ids, name: {"signInMode": "SignInAndRegister"},
    "ReplaceCustomPhrase": lambda ids, name: {"sign_in": {"title": name}},
    "CreateUser": lambda ids, name: {"username": name},
    "UpdateUser": lambda ids, name: {"name": name},
    "UpdateUserCustomData": lambda ids, name: {"customData": {"a": name}},
    "UpdateUserProfile": lambda ids, name: {"profile": {"nickname": name}},
    "UpdateUserPassword": lambda ids, name: {"password": PASSWORD},
    "VerifyUserPassword": lambda ids, name: {"password": PASSWORD},
    "UpdateUserIsSuspended": lambda ids, name: {"isSuspended": False},
    "ReplaceUserIdentity": lambda ids, name: {"userId": name},
    "CreateRole": lambda ids, name: {"name": name, "description": name},
    "UpdateRole": lambda ids, name: {"description": name},
    "CreateRoleScope": lambda ids, name: {"scopeIds": [ids["other_scope"]]},
    "CreateRoleUser": lambda ids, name: {"userIds": [ids["other_user"]]},
    "CreateRoleApplication": lambda ids, name: {"applicationIds": [ids["other_machine"]]},
    "AssignUserRoles": lambda ids, name: {"roleIds": [ids["role"]]},
    "ReplaceUserRoles": lambda ids, name: {"roleIds": [ids["role"]]},
    "AssignApplicationRoles": lambda ids, name: {"roleIds": [ids["machine_role"]]},
    "ReplaceApplicationRoles": lambda ids, name: {"roleIds": [ids["machine_role"]]},
    "RotateOidcKeys": lambda ids, name: {},
}


async def furnished(server: Server, tenant_id: str = "default", username: str = "ada") -> World:
    """A tenant with one of everything."""
    api = await caller(server, tenant_id)
    ids = {"factory": "oidc", "key_type": "private-keys", "language": "de", "target": "acme", "username": username}
    await _applications(api, ids)
    await _resources_and_roles(api, ids)
    party = await relying_party(server, tenant_id=tenant_id)
    ids["application"], ids["secret"] = party.id, "first"
    await party.browser.sign_up(party.id, CALLBACK, username)
    await api.post(f"/api/applications/{party.id}/secrets", {"name": "first"}, status=201)
    await _people(api, ids)
    await _connectors_and_words(api, ids)
    ids["log"] = (await api.get("/api/logs"))[0]["id"]
    ids["key"] = (await api.get("/api/configs/oidc/private-keys"))[0]["id"]
    return World(server, api, ids)


async def _applications(api: Caller, ids: dict[str, str]) -> None:
    for name in ("machine", "other_machine"):
        made = await api.post("/api/applications", {"name": name, "type": "MachineToMachine"})
        ids[name] = made["id"]


async def _resources_and_roles(api: Caller, ids: dict[str, str]) -> None:
    resource = await api.post("/api/resources", {"name": "Books", "indicator": "https://api.example.com"}, status=201)
    ids["resource"] = resource["id"]
    for name in ("scope", "other_scope"):
        path = f"/api/resources/{resource['id']}/scopes"
        ids[name] = (await api.post(path, {"name": name}, status=201))["id"]
    given = {"name": "Reader", "description": "Reads", "scopeIds": [ids["scope"]]}
    ids["role"] = (await api.post("/api/roles", given))["id"]
    robot = {"name": "Robot", "description": "Works", "type": "MachineToMachine"}
    ids["machine_role"] = (await api.post("/api/roles", robot))["id"]
    machines = {"applicationIds": [ids["machine"]]}
    await api.post(f"/api/roles/{ids['machine_role']}/applications", machines, status=201)


async def _people(api: Caller, ids: dict[str, str]) -> None:
    user = (await api.get("/api/users"))[0]
    path = f"/api/users/{user['id']}"
    ids["user"] = user["id"]
    ids["other_user"] = (await api.post("/api/users", {"username": f"{ids['username']}_2"}))["id"]
    ids["session"] = (await api.get(f"{path}/sessions"))["sessions"][0]["payload"]["uid"]
    ids["grant"] = (await api.get(f"{path}/grants"))["grants"][0]["id"]
    await api.post(f"{path}/roles", {"roleIds": [ids["role"]]}, status=201)
    await api.put(f"{path}/identities/acme", {"userId": "at-acme"}, status=201)


async def _connectors_and_words(api: Caller, ids: dict[str, str]) -> None:
    sent = {"connectorId": "oidc", "metadata": {"target": "acme", "name": "Acme"}, "config": OIDC_CONFIG}
    ids["connector"] = (await api.post("/api/connectors", sent))["id"]
    await api.put("/api/custom-phrases/de", {"sign_in": {"title": "Hallo"}}, status=201)


def named(operation: Operation) -> str:
    """What a test of one operation is called."""
    return f"{operation.method} {operation.path}"


def with_record() -> list[Operation]:
    """The operations whose body is a record."""
    return [one for one in OPERATIONS if isinstance(one.body, type) and issubclass(one.body, Struct)]


PRIVATE = [one for one in OPERATIONS if not one.is_public]


async def tenant_contents(server: Server, tenant_id: str) -> dict[str, list[str]]:
    """Every row of a tenant, read past the server."""
    tables = await dump(server)
    return {name: sorted(str(row) for row in rows if row["tenant_id"] == tenant_id) for name, rows in tables.items()}
