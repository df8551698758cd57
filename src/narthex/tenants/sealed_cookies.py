"""What a page keeps in the browser for an hour: sealed, so that it is read only here, and for this tenant and name."""

from typing import TypeVar

import msgspec
from msgspec import Struct

from narthex.kit.encryption import SealBroken
from narthex.kit.http import Header, set_cookie_header
from narthex.kit.runtime import Runtime
from narthex.tenants.request import Request

SECONDS = 3600
Kept = TypeVar("Kept", bound=Struct)


def keep(runtime: Runtime, request: Request, name: str, value: Struct) -> Header:
    """The cookie that keeps a value in this browser."""
    sealed = runtime.cipher.seal(msgspec.json.encode(value), _sealed_as(request, name))
    return _cookie(request, name, sealed, SECONDS)


def drop(request: Request, name: str) -> Header:
    """The cookie that takes a value away."""
    return _cookie(request, name, "", 0)


def read(runtime: Runtime, request: Request, name: str, type: type[Kept]) -> Kept | None:
    """The value that this browser keeps; None where there is none, or where the seal is not ours."""
    sealed = request.cookie(name)
    if not sealed:
        return None
    try:
        return msgspec.json.decode(runtime.cipher.open(sealed, _sealed_as(request, name)), type=type)
    except SealBroken:
        return None


def _sealed_as(request: Request, name: str) -> str:
    return f"{name}:{request.tenant.id}"


def _cookie(request: Request, name: str, value: str, max_age: int) -> Header:
    tenant = request.tenant
    return set_cookie_header(tenant.cookie_name(name), value, max_age=max_age, secure=tenant.secure)
