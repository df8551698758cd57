"""The claims about a user, by scope (OpenID Connect Core 5.4). Wire: id-token.json, userinfo.json."""

from collections.abc import Collection, Iterable, Mapping

from narthex.oidc.scopes import CLAIMS_OF_SCOPE, ONLY_IN_USERINFO, PROFILE_FIELDS
from narthex.users.schemas import User

NONE: Mapping[str, object] = {}


def id_token_claims(user: User, scopes: Collection[str], roles: Iterable[str]) -> dict[str, object]:
    """The claims of an ID token, `sub` first."""
    claims = userinfo_claims(user, scopes, roles)
    return {name: value for name, value in claims.items() if name not in ONLY_IN_USERINFO}


def userinfo_claims(
    user: User, scopes: Collection[str], roles: Iterable[str], identities: Mapping[str, object] = NONE
) -> dict[str, object]:
    """The claims of the userinfo answer, `sub` first."""
    claims: dict[str, object] = {"sub": user.id}
    if "profile" in scopes:
        claims.update(_profile(user))
    if "email" in scopes:
        # Never null: one SDK throws on it (client-sdks-and-tutorial 3.1).
        claims.update(email=user.primary_email, email_verified=user.primary_email is not None)
    if "phone" in scopes:
        claims.update(phone_number=user.primary_phone, phone_number_verified=user.primary_phone is not None)
    if "address" in scopes and "address" in user.profile:
        claims["address"] = user.profile["address"]
    if "custom_data" in scopes:
        claims["custom_data"] = user.custom_data
    if "identities" in scopes:
        claims.update(identities=dict(identities), sso_identities=[])
    if "roles" in scopes:
        claims["roles"] = list(roles)
    return claims


def _profile(user: User) -> Mapping[str, object]:
    given = {claim: user.profile[field] for claim, field in PROFILE_FIELDS.items() if field in user.profile}
    preferred = user.profile.get("preferredUsername") or user.username
    if preferred is not None:
        given["preferred_username"] = preferred
    return {
        "name": user.name,
        **given,
        "picture": user.avatar,
        "updated_at": user.updated_at,
        "username": user.username,
        "created_at": user.created_at,
    }


def supported_claims() -> list[str]:
    """All claims that a user may have, in scope order, for discovery."""
    of_scopes = [claim for claims in CLAIMS_OF_SCOPE.values() for claim in claims]
    return ["sub", *of_scopes, "sid", "auth_time", "iss"]
