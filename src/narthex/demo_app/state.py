"""What the demo app keeps in the browser: sealed, for an hour."""

import msgspec
from msgspec import Struct

from narthex.kit.encryption import SealBroken
from narthex.kit.http import Header, set_cookie_header
from narthex.kit.runtime import Runtime
from narthex.tenants.request import Request

PATH = "/demo-app"
PENDING = "demo-pending"
RESULT = "demo-result"


class Pending(Struct, frozen=True):
    """A sign-in that was started."""

    state: str
    nonce: str
    code_verifier: str


class Result(Struct, frozen=True):
    """What a sign-in brought; times in ms since epoch."""

    id_token: str
    access_token: str
    refresh_token: str | None
    scope: str
    access_token_expires_at: int
    refreshed: bool = False


def keep(runtime: Runtime, request: Request, name: str, value: Pending | Result) -> Header:
    """The cookie that keeps a value in this browser."""
    sealed = runtime.cipher.seal(msgspec.json.encode(value), f"{name}:{request.tenant.id}")
    return _cookie(request, name, sealed, 3600)


def drop(request: Request, name: str) -> Header:
    """The cookie that takes a value away."""
    return _cookie(request, name, "", 0)


def read_pending(runtime: Runtime, request: Request) -> Pending | None:
    """The sign-in that this browser started."""
    opened = _opened(runtime, request, PENDING)
    return msgspec.json.decode(opened, type=Pending) if opened else None


def read_result(runtime: Runtime, request: Request) -> Result | None:
    """What the last sign-in of this browser brought."""
    opened = _opened(runtime, request, RESULT)
    return msgspec.json.decode(opened, type=Result) if opened else None


def _cookie(request: Request, name: str, value: str, max_age: int) -> Header:
    tenant = request.tenant
    return set_cookie_header(tenant.cookie_name(name), value, max_age=max_age, secure=tenant.secure)


def _opened(runtime: Runtime, request: Request, name: str) -> bytes | None:
    sealed = request.cookie(name)
    if not sealed:
        return None
    try:
        return runtime.cipher.open(sealed, f"{name}:{request.tenant.id}")
    except SealBroken:
        return None
