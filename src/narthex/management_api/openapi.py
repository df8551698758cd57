"""Describes the operations as an OpenAPI 3.1 document. `make docs` keeps it in docs/reference/."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import NODEFAULT, UNSET, Struct, UnsetType
from msgspec.structs import FieldInfo, fields

from narthex import __version__
from narthex.management_api.operation import Operation
from narthex.management_api.paging import DEFAULT_SIZE, LARGEST_SIZE, Paging

Schema = dict[str, Any]

REFERENCE = "#/components/schemas/{name}"
SEARCH = "A pattern of LIKE over all names of users; `search.<field>` over one of them."
SEARCHED = {
    "search": {"type": "string", "description": SEARCH},
    "mode": {"enum": ["exact", "like"], "default": "like"},
    "joint": {"enum": ["or", "and"], "default": "or"},
    "isCaseSensitive": {"type": "boolean", "default": False},
}
PAGED = {
    "page": {"type": "integer", "minimum": 1},
    "page_size": {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE},
}
PAGE_HEADERS = {
    "Total-Number": {"description": "How many items there are.", "schema": {"type": "integer"}},
    "Link": {"description": "The first, previous, next and last page (RFC 8288).", "schema": {"type": "string"}},
}
STATUSES = {200: "Done.", 201: "Made.", 204: "Done; there is nothing to send."}
REFUSED = {
    "400": "The request is malformed; the text names the member.",
    "401": "There is no token, or it does not hold.",
    "403": "The token lacks the scope `all`, or this is not for anybody to change.",
    "404": "There is no such thing in this tenant.",
    "422": "It is understood, but cannot be done; the code says why.",
}


class Error(Struct, frozen=True):
    """Why a request was refused; programs read `code`, which docs/reference/errors.md explains."""

    code: str
    message: str
    data: object | UnsetType = UNSET
    details: str | UnsetType = UNSET


def described(operations: Iterable[Operation]) -> Schema:
    """The document."""
    listed = list(operations)
    kinds = list(dict.fromkeys([Error, *(kind for one in listed for kind in _kinds(one))]))
    made, components = msgspec.json.schema_components(kinds, schema_hook=_anything, ref_template=REFERENCE)
    schemas = dict(zip(kinds, made, strict=True))
    paths: dict[str, Schema] = {}
    for operation in listed:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Narthex Management API", "version": __version__},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in listed)],
        "security": [{"machine": ["all"]}],
        "paths": paths,
        "components": {"schemas": components, "responses": _refusals(), "securitySchemes": _security()},
    }


def _anything(kind: type[object]) -> Schema:
    """The schema of a value that can be anything: data that others put in and take out. Raises TypeError."""
    if kind is not object:
        raise TypeError(f"{kind.__name__} has no schema: describe it with a Struct.")
    return {"description": "Anything."}


def _kinds(operation: Operation) -> Iterator[Any]:
    yield from (kind for kind in (operation.answer, operation.body) if kind is not None)
    yield from (field.type for field in fields(operation.query))


def _operation(operation: Operation, schemas: dict[Any, Schema]) -> Schema:
    found: Schema = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": (operation.handler.__doc__ or "").strip(),
        "responses": _responses(operation, schemas),
    }
    if parameters := list(_parameters(operation, schemas)):
        found["parameters"] = parameters
    if operation.body is not None:
        found["requestBody"] = {"required": True, "content": _json(schemas[operation.body])}
    if operation.is_public:
        found["security"] = []
    return found


def _parameters(operation: Operation, schemas: dict[Any, Schema]) -> Iterator[Schema]:
    for name in operation.parameters:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    for field in fields(operation.query):
        yield {"name": field.encode_name, "in": "query", "schema": _with_default(field, schemas[field.type])}
    general = {
        **(SEARCHED if operation.is_searched else {}),
        **({} if operation.paging is Paging.NONE else PAGED),
    }
    for name, schema in general.items():
        yield {"name": name, "in": "query", "schema": schema}


def _with_default(field: FieldInfo, schema: Schema) -> Schema:
    default = field.default
    return schema if default in (NODEFAULT, UNSET, None, ()) else {**schema, "default": default}


def _responses(operation: Operation, schemas: dict[Any, Schema]) -> Schema:
    answered: Schema = {}
    for status in (operation.status, *operation.other_statuses):
        answer: Schema = {"description": STATUSES[status]}
        if status != 204 and operation.answer is not None:
            answer["content"] = _json(schemas[operation.answer])
        if operation.paging is not Paging.NONE:
            answer["headers"] = PAGE_HEADERS
        answered[str(status)] = answer
    return {**answered, **{status: {"$ref": f"#/components/responses/{status}"} for status in _refused(operation)}}


def _refused(operation: Operation) -> Iterator[str]:
    yield "400"
    if not operation.is_public:
        yield from ("401", "403")
    if operation.parameters:
        yield "404"
    if operation.method != "GET":
        yield "422"


def _refusals() -> Schema:
    content = _json({"$ref": REFERENCE.format(name="Error")})
    return {status: {"description": text, "content": content} for status, text in REFUSED.items()}


def _security() -> Schema:
    scopes = {"all": "Everything in the tenant."}
    text = "A token for the resource `https://<tenant>.logto.app/api`, from a machine-to-machine application."
    flow = {"tokenUrl": "/oidc/token", "scopes": scopes}
    return {"machine": {"type": "oauth2", "description": text, "flows": {"clientCredentials": flow}}}


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}
