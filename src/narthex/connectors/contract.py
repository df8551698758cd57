"""What a connector for signing in is: what it shows of itself, what it is configured with, and its two halves of a
round trip. It has no state of a tenant; what must survive between the halves is `AuthorizationStart.kept`.
"""

import base64
from collections.abc import Mapping
from typing import Literal, Protocol, TypeVar

import msgspec

from narthex.kit.http_client import HttpClient
from narthex.kit.randomness import Randomness

FieldType = Literal["text", "url", "secret", "select", "switch", "json", "number", "list"]
StepName = Literal["callback", "token_request", "keys", "signature", "claims", "profile"]
Cause = Literal[
    "denied",  # the person or the provider said no
    "callback_error",  # the provider's answer is another error
    "no_code",
    "state",
    "nonce",
    "issuer",
    "audience",
    "azp",
    "subject",
    "algorithm",
    "typ",
    "crit",
    "expired",
    "not_yet_valid",
    "too_old",
    "signature",
    "key_unknown",
    "unreachable",  # also too slow, too much, or a broken certificate; the detail says which
    "refused_outgoing",  # our own guard: NARTHEX_OUTGOING_ALLOW
    "garbage",  # an answer that is not what the protocol says
    "no_id_token",
    "token_endpoint_error",
]


class FieldOption(msgspec.Struct, frozen=True):
    """One choice of a `select` field."""

    value: str
    title: str


class FieldCondition(msgspec.Struct, frozen=True):
    """A field is only shown while another one has this value."""

    key: str
    value: str


class FormField(msgspec.Struct, frozen=True, kw_only=True):
    """One input of a connector's form. `key` is the dotted path in the configuration, as in `ConfigInvalid.field`.

    Values are text, except: `switch` a boolean, `number` a number, `json` any JSON, `list` texts (one a line).
    """

    key: str
    label: str
    type: FieldType = "text"
    required: bool = False
    help: str = ""
    placeholder: str = ""
    options: tuple[FieldOption, ...] = ()
    default: str | bool | int | None = None
    condition: FieldCondition | None = None
    # Fields of seldom use are folded away in the form.
    advanced: bool = False


class ConnectorMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """What a connector shows of itself. A standard one may be there several times, each with a target of its own."""

    id: str
    target: str
    name: str
    description: str
    is_standard: bool
    logo_svg: str
    readme: str
    fields: tuple[FormField, ...]
    platform: Literal["Universal", "Web", "Native"] = "Universal"
    can_discover: bool = False

    @property
    def logo(self) -> str:
        """The logo as a `data:` URL, for `<img src>`."""
        return "data:image/svg+xml;base64," + base64.b64encode(self.logo_svg.encode()).decode("ascii")

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """Dotted paths of what must be stored encrypted and never shown again."""
        return tuple(field.key for field in self.fields if field.type == "secret")


class ExternalIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Who the provider says somebody is. An e-mail or phone is only here if the provider (or the operator, by a switch
    of the connection) vouches for it; `raw` is everything that was said."""

    id: str
    name: str | None = None
    avatar: str | None = None
    email: str | None = None
    phone: str | None = None
    raw: dict[str, object] = {}


class AuthorizationContext(msgspec.Struct, frozen=True, kw_only=True):
    """One way out to the provider. What is None is taken from the configuration; what is given wins over it."""

    redirect_uri: str
    state: str
    randomness: Randomness
    scope: str | None = None
    ui_locales: str | None = None
    login_hint: str | None = None
    prompt: str | None = None


class AuthorizationStart(msgspec.Struct, frozen=True, kw_only=True):
    """Where the browser goes, and what to keep (for this browser only, once) until it comes back."""

    url: str
    kept: dict[str, str]


class Step(msgspec.Struct, frozen=True):
    """What came of one step of a round trip, in words that hold no secret."""

    name: StepName
    ok: bool
    text: str


class Trace:
    """Collects the steps of one round trip, for the console's test and for the audit log."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def succeeded(self, name: StepName, text: str) -> None:
        """Note that a step is done."""
        self.steps.append(Step(name, True, text))

    def failed(self, name: StepName, text: str) -> None:
        """Note the step at which it ended."""
        self.steps.append(Step(name, False, text))


class CallbackContext(msgspec.Struct, frozen=True, kw_only=True):
    """The way back: what the provider sent along (query or posted form; no name twice), and what was kept."""

    parameters: Mapping[str, str]
    redirect_uri: str
    kept: Mapping[str, str]
    now_ms: int
    trace: Trace


class ConfigInvalid(Exception):
    """A configuration that cannot be used: `field` is a dotted path, `text` says what to write instead."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}")
        self.field = field
        self.text = text


class ConnectorFailed(Exception):
    """A round trip that ended without an identity: `cause` for programs, `text` for the operator, `detail` for the log
    only. None holds a secret."""

    def __init__(self, cause: Cause, text: str, detail: str = "") -> None:
        super().__init__(f"{cause}: {text}")
        self.cause = cause
        self.text = text
        self.detail = detail


Config = TypeVar("Config")


class SocialConnector(Protocol[Config]):
    """A connector that signs people in."""

    @property
    def metadata(self) -> ConnectorMetadata:
        """What it shows of itself."""

    def check_config(self, raw: Mapping[str, object]) -> Config:
        """The configuration, read; raises `ConfigInvalid` for the first field that cannot be used."""

    async def begin(self, http: HttpClient, config: Config, request: AuthorizationContext) -> AuthorizationStart:
        """Where to send the browser. Raises `ConnectorFailed`."""

    async def finish(self, http: HttpClient, config: Config, callback: CallbackContext) -> ExternalIdentity:
        """Who came back. Raises `ConnectorFailed`; each step's outcome is in `callback.trace` either way."""

    async def discover(self, http: HttpClient, address: str) -> dict[str, object]:
        """Fields of a raw configuration, found out from the provider's address (only where `metadata.can_discover`).

        Raises `ConfigInvalid` for an address that is none, `ConnectorFailed` where the provider does not tell."""
