"""The OIDC connector itself: out to the provider, and back with who somebody is."""

import re
from collections.abc import Mapping
from importlib import resources

from narthex.connectors.contract import (
    AuthorizationContext,
    AuthorizationStart,
    CallbackContext,
    ConnectorFailed,
    ConnectorMetadata,
    ExternalIdentity,
)
from narthex.connectors.oidc import authorization, discovery, id_token, token_request
from narthex.connectors.oidc.claims import ExpectedClaims
from narthex.connectors.oidc.config import OidcConfig, read_config
from narthex.connectors.oidc.form import FIELDS
from narthex.connectors.oidc.key_sets import KeySets
from narthex.connectors.oidc.profile import identity_of
from narthex.kit.digests import same
from narthex.kit.http_client import HttpClient

_ERROR = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


class OidcConnector:
    """Signs people in by any provider of OpenID Connect."""

    def __init__(self) -> None:
        files = resources.files("narthex.connectors.oidc")
        self.metadata = ConnectorMetadata(
            id="oidc",
            target="oidc",
            name="OIDC",
            description="Any identity provider that speaks OpenID Connect.",
            is_standard=True,
            logo_svg=(files / "logo.svg").read_text("utf-8"),
            readme=(files / "README.md").read_text("utf-8"),
            fields=FIELDS,
            can_discover=True,
        )
        self._key_sets = KeySets()

    def check_config(self, raw: Mapping[str, object]) -> OidcConfig:
        """The configuration, read. Raises `ConfigInvalid`."""
        return read_config(raw)

    async def begin(self, http: HttpClient, config: OidcConfig, request: AuthorizationContext) -> AuthorizationStart:
        """Where to send the browser."""
        return authorization.start(config, request)

    async def finish(self, http: HttpClient, config: OidcConfig, callback: CallbackContext) -> ExternalIdentity:
        """Who came back. Raises `ConnectorFailed`."""
        trace = callback.trace
        try:
            code = _code(config, callback)
        except ConnectorFailed as failed:
            trace.failed("callback", failed.text)
            raise
        trace.succeeded("callback", "The provider sent the browser back with a code.")
        try:
            token = await token_request.redeem(http, config, callback, code)
        except ConnectorFailed as failed:
            trace.failed("token_request", failed.text)
            raise
        trace.succeeded("token_request", "The token endpoint took the code and gave an ID token.")
        expected = ExpectedClaims(callback.kept["nonce"], callback.now_ms, callback.parameters.get("iss"))
        claims = await id_token.judge(http, self._key_sets, config, token, expected, trace)
        identity = identity_of(claims, config)
        trace.succeeded("profile", _told(identity))
        return identity

    async def discover(self, http: HttpClient, address: str) -> dict[str, object]:
        """The part of a configuration that the provider publishes. Raises `ConfigInvalid`, `ConnectorFailed`."""
        return await discovery.discover(http, address)


def _code(config: OidcConfig, callback: CallbackContext) -> str:
    """The code of an answer that is to this attempt and by the right provider (RFC 9207)."""
    parameters = callback.parameters
    if not same(parameters.get("state", ""), callback.kept["state"]):
        raise ConnectorFailed("state", "The answer is not to this attempt (state).")
    issuer = parameters.get("iss")
    if issuer is None and config.issuer_in_callback:
        raise ConnectorFailed("issuer", "The answer does not say by whom it is (iss), as this provider's answers do.")
    if issuer is not None and issuer not in config.verification.issuers:
        raise ConnectorFailed("issuer", "The answer is by another issuer (iss).", f"iss={issuer[:128]!r}")
    if "error" in parameters:
        raise _refused(parameters["error"], parameters.get("error_description", ""))
    if not parameters.get("code"):
        raise ConnectorFailed("no_code", "The answer has neither a code nor an error.")
    return parameters["code"]


def _refused(error: str, description: str) -> ConnectorFailed:
    named = error if _ERROR.fullmatch(error) else "an error that cannot be shown"
    if error == "access_denied":
        return ConnectorFailed("denied", "The person or the provider said no.", description[:200])
    return ConnectorFailed("callback_error", f"The provider answered with {named}.", description[:200])


def _told(identity: ExternalIdentity) -> str:
    given = {"name": identity.name, "picture": identity.avatar, "e-mail": identity.email, "phone": identity.phone}
    told = [name for name, value in given.items() if value is not None]
    return f"The person is known by a subject{' and ' if told else ' only'}{', '.join(told)}."
