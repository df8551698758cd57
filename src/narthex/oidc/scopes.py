"""The scopes that the protocol itself knows, and the claims each gives. Wire: logto-api.md 1.7."""

OPENID = "openid"
OFFLINE_ACCESS = "offline_access"

PROFILE_FIELDS = {
    "family_name": "familyName",
    "given_name": "givenName",
    "middle_name": "middleName",
    "nickname": "nickname",
    "profile": "profile",
    "website": "website",
    "gender": "gender",
    "birthdate": "birthdate",
    "zoneinfo": "zoneinfo",
    "locale": "locale",
}

CLAIMS_OF_SCOPE = {
    "profile": (
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
        "username",
        "created_at",
    ),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
    "address": ("address",),
    "custom_data": ("custom_data",),
    "identities": ("identities", "sso_identities"),
    "roles": ("roles",),
}
PROTOCOL_SCOPES = (OPENID, OFFLINE_ACCESS, *CLAIMS_OF_SCOPE)
KNOWN = frozenset(PROTOCOL_SCOPES)
# Everything else of these scopes is in userinfo only, unless a tenant asks for more (wire: logto-api.md 1.7).
ONLY_IN_USERINFO = frozenset({"custom_data", "identities", "sso_identities"})


def split_scope(value: str | None) -> tuple[str, ...]:
    """The scopes of a request, in order, each once (RFC 6749 3.3)."""
    return tuple(dict.fromkeys((value or "").split()))
