"""What the demo app keeps in the browser: sealed, for an hour."""

from msgspec import Struct

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
