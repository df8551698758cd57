"""What tokens and the userinfo endpoint say, as typed records. Each keeps everything it was made of in `all`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from narthex_client.core.messages import text_of, texts_of
from narthex_client.errors import IdTokenError, InvalidToken, TokenError


@dataclass(frozen=True)
class Person:
    """Who a person is: `sub` never changes; the rest is there if its scope was asked for and it is known."""

    sub: str
    name: str | None
    username: str | None
    picture: str | None
    email: str | None
    email_verified: bool | None
    phone_number: str | None
    phone_number_verified: bool | None
    roles: tuple[str, ...]
    organizations: tuple[str, ...]
    organization_roles: tuple[str, ...]
    all: Mapping[str, object]


@dataclass(frozen=True)
class IdClaims(Person):
    """An ID token: by whom, for whom, from when until when (seconds since 1970), and who the person is."""

    iss: str
    aud: tuple[str, ...]
    exp: int
    iat: int


@dataclass(frozen=True)
class UserInfo(Person):
    """The answer of the userinfo endpoint."""

    custom_data: Mapping[str, object]
    identities: Mapping[str, object]


@dataclass(frozen=True)
class AccessClaims:
    """An access token for an API (RFC 9068); times in seconds since 1970."""

    iss: str
    sub: str
    aud: tuple[str, ...]
    exp: int
    scopes: frozenset[str]
    client_id: str | None
    organization_id: str | None
    all: Mapping[str, object]


def id_claims(claims: Mapping[str, object]) -> IdClaims:
    """The claims of an ID token; raises `IdTokenError` where a required one is missing."""
    iss, exp, iat, aud = text_of(claims, "iss"), seconds(claims, "exp"), seconds(claims, "iat"), audience(claims)
    if iss is None or exp is None or iat is None or not aud or text_of(claims, "sub") is None:
        raise IdTokenError("The ID token lacks one of iss, sub, aud, exp and iat.")
    return IdClaims(**_person(claims), iss=iss, aud=aud, exp=exp, iat=iat)


def user_info(claims: Mapping[str, object]) -> UserInfo:
    """The answer of the userinfo endpoint; raises `TokenError` where it names nobody."""
    if text_of(claims, "sub") is None:
        raise TokenError(200, "invalid_response", "the userinfo answer has no sub")
    return UserInfo(
        **_person(claims), custom_data=_mapping(claims, "custom_data"), identities=_mapping(claims, "identities")
    )


def access_claims(claims: Mapping[str, object]) -> AccessClaims:
    """The claims of an access token; raises `InvalidToken` where a required one is missing."""
    iss, sub, exp, aud = text_of(claims, "iss"), text_of(claims, "sub"), seconds(claims, "exp"), audience(claims)
    if iss is None or sub is None or exp is None or not aud:
        raise InvalidToken("The access token lacks one of iss, sub, aud and exp.")
    return AccessClaims(
        iss=iss,
        sub=sub,
        aud=aud,
        exp=exp,
        scopes=frozenset((text_of(claims, "scope") or "").split()),
        client_id=text_of(claims, "client_id"),
        organization_id=text_of(claims, "organization_id"),
        all=claims,
    )


def audience(claims: Mapping[str, object]) -> tuple[str, ...]:
    """`aud`, which may be a text or a list (RFC 7519 4.1.3)."""
    one = text_of(claims, "aud")
    return (one,) if one is not None else texts_of(claims, "aud")


def seconds(claims: Mapping[str, object], name: str) -> int | None:
    """A time of a token, if it is a number."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1 << 53:
        return None
    return int(value)


def _mapping(claims: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = claims.get(name)
    return value if isinstance(value, dict) else {}


def _boolean(claims: Mapping[str, object], name: str) -> bool | None:
    value = claims.get(name)
    return value if isinstance(value, bool) else None


class _PersonMembers(TypedDict):
    sub: str
    name: str | None
    username: str | None
    picture: str | None
    email: str | None
    email_verified: bool | None
    phone_number: str | None
    phone_number_verified: bool | None
    roles: tuple[str, ...]
    organizations: tuple[str, ...]
    organization_roles: tuple[str, ...]
    all: Mapping[str, object]


def _person(claims: Mapping[str, object]) -> _PersonMembers:
    return {
        "sub": str(claims["sub"]),
        "name": text_of(claims, "name"),
        "username": text_of(claims, "username"),
        "picture": text_of(claims, "picture"),
        "email": text_of(claims, "email"),
        "email_verified": _boolean(claims, "email_verified"),
        "phone_number": text_of(claims, "phone_number"),
        "phone_number_verified": _boolean(claims, "phone_number_verified"),
        "roles": texts_of(claims, "roles"),
        "organizations": texts_of(claims, "organizations"),
        "organization_roles": texts_of(claims, "organization_roles"),
        "all": claims,
    }
