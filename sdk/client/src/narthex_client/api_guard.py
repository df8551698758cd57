"""Protects an API: whether an access token (a JWT, RFC 9068) is good for it, and the answer if not (RFC 6750)."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from narthex_client.client import port_of
from narthex_client.core.claims import AccessClaims, access_claims, seconds
from narthex_client.core.config import ALGORITHMS
from narthex_client.core.token_map import ORGANIZATION_PREFIX
from narthex_client.errors import ConfigError, Forbidden, InvalidToken
from narthex_client.provider import Provider
from narthex_client.run_now import run_now
from narthex_client.single_flight import wait_in_loop
from narthex_client.transport import AsyncHttpTransport, AsyncTransport, HttpTransport, Port, Transport

_TYPES = {"at+jwt", "application/at+jwt"}


@dataclass(frozen=True)
class AccessRules:
    """What an access token must say to be good for an API.

    `issuer` is the server's, with `/oidc`. `audience` is the identifier of the API. `scopes` are needed everywhere
    in it. `organization` names the one organization whose tokens are good; without `audience` they are
    those for the organization itself.
    """

    issuer: str
    audience: str | None = None
    scopes: tuple[str, ...] = ()
    organization: str | None = None
    algorithms: tuple[str, ...] = ALGORITHMS
    leeway_seconds: int = 10

    def __post_init__(self) -> None:
        """Refuse rules that would let everything in."""
        if not self.audience and not self.organization:
            raise ConfigError("Name the audience: the identifier of this API, as the server has it.")

    def check(self, header: Mapping[str, object], claims: Mapping[str, object], now: float) -> AccessClaims:
        """The claims of a token whose signature fits; raises `InvalidToken`."""
        typ = header.get("typ")
        if not isinstance(typ, str) or typ.lower() not in _TYPES:
            raise InvalidToken("it is no access token")
        found = access_claims(claims)
        if found.iss != self.issuer:
            raise InvalidToken("it is from another server")
        self._check_audience(found)
        not_before = seconds(claims, "nbf")
        if found.exp + self.leeway_seconds <= now:
            raise InvalidToken("it has expired")
        if not_before is not None and not_before - self.leeway_seconds > now:
            raise InvalidToken("it is not valid yet")
        return found

    def _check_audience(self, found: AccessClaims) -> None:
        if self.audience is None:
            if f"{ORGANIZATION_PREFIX}{self.organization}" not in found.aud:
                raise InvalidToken("it is for another organization")
            return
        if self.audience not in found.aud:
            raise InvalidToken("it is for another API")
        if self.organization is not None and found.organization_id != self.organization:
            raise InvalidToken("it is for another organization")


def bearer_token(authorization: str | None) -> str:
    """The token of the header `Authorization` (RFC 6750 2.1); raises `Forbidden`."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer":
        raise Forbidden(401, "", "This API needs an access token.", "Bearer")
    if not token.strip() or " " in token.strip():
        raise _refusal(400, "invalid_request", "The Authorization header holds no single token.")
    return token.strip()


def require_scopes(found: AccessClaims, scopes: Iterable[str], *, any_of: bool = False) -> AccessClaims:
    """The claims, if they hold all scopes, or any of them; raises `Forbidden`."""
    wanted = tuple(dict.fromkeys(scopes))
    missing = [scope for scope in wanted if scope not in found.scopes]
    if missing and not (any_of and len(missing) < len(wanted)):
        text = f"The access token lacks the scope {' or '.join(missing) if any_of else ' '.join(missing)}."
        raise _refusal(403, "insufficient_scope", text, " ".join(wanted))
    return found


def _refusal(status: int, error: str, text: str, scope: str = "") -> Forbidden:
    parts = {"error": error, "error_description": text} | ({"scope": scope} if scope else {})
    challenge = ", ".join(f'{name}="{_quotable(value)}"' for name, value in parts.items())
    return Forbidden(status, error, text, f"Bearer {challenge}")


def _quotable(text: str) -> str:
    # RFC 6750 3: no quotes, backslashes or anything that is not printable ASCII.
    return "".join(char if " " <= char <= "~" and char not in '"\\' else "'" for char in text)


class _Checks:
    """What both guards share: the rules and what is known of the server."""

    def __init__(self, rules: AccessRules, port: Port, clock: Callable[[], float], jwks_uri: str | None) -> None:
        self._rules = rules
        self._clock = clock
        self._provider = Provider(rules.issuer, port, clock, jwks_uri)

    async def run(self, authorization: str | None, scopes: tuple[str, ...], *, any_of: bool) -> AccessClaims:
        token = bearer_token(authorization)
        try:
            signed = await self._provider.verify(token, self._rules.algorithms)
            found = self._rules.check(signed.header, signed.claims, self._clock())
        except InvalidToken as problem:
            raise _refusal(401, "invalid_token", f"The access token is not good here: {problem}") from problem
        return require_scopes(require_scopes(found, self._rules.scopes), scopes, any_of=any_of)


class ApiGuard:
    """The guard of an API, made once and used by all threads. The arguments are those of `AccessRules`.

    `jwks_uri` says where the keys are, if not where the issuer's metadata says.
    """

    def __init__(
        self,
        issuer: str,
        audience: str | None = None,
        *,
        scopes: Iterable[str] = (),
        organization: str | None = None,
        jwks_uri: str | None = None,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        rules = AccessRules(issuer, audience, _tuple(scopes), organization)
        self._checks = _Checks(rules, port_of(transport or HttpTransport()), clock, jwks_uri)

    def check(self, authorization: str | None, *scopes: str, any_of: bool = False) -> AccessClaims:
        """Who asks, by the value of the header `Authorization`, with these scopes (all, or with `any_of` one of them).

        Raises `Forbidden`, which holds the answer; `NetworkError` and `DiscoveryError` where the keys are out of reach.
        """
        return run_now(self._checks.run(authorization, scopes, any_of=any_of))


class AsyncApiGuard:
    """The same for event loops."""

    def __init__(
        self,
        issuer: str,
        audience: str | None = None,
        *,
        scopes: Iterable[str] = (),
        organization: str | None = None,
        jwks_uri: str | None = None,
        transport: AsyncTransport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        rules = AccessRules(issuer, audience, _tuple(scopes), organization)
        port = Port((transport or AsyncHttpTransport()).send, wait_in_loop)
        self._checks = _Checks(rules, port, clock, jwks_uri)

    async def check(self, authorization: str | None, *scopes: str, any_of: bool = False) -> AccessClaims:
        """Who asks; raises `Forbidden`, `NetworkError` and `DiscoveryError`."""
        return await self._checks.run(authorization, scopes, any_of=any_of)


def _tuple(scopes: Iterable[str]) -> tuple[str, ...]:
    return (scopes,) if isinstance(scopes, str) else tuple(scopes)
