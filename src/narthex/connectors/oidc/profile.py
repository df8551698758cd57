"""Who a person is, out of the claims of an ID token (OpenID Connect Core 5.1)."""

from collections.abc import Mapping
from typing import Any

from narthex.connectors.config_reading import is_url
from narthex.connectors.contract import ExternalIdentity
from narthex.connectors.oidc.config import OidcConfig

LONGEST = 2_048
_SPELLED = {"true": True, "1": True, "false": False, "0": False}


def identity_of(claims: Mapping[str, Any], config: OidcConfig) -> ExternalIdentity:
    """The identity; an e-mail address or phone number only if the provider says that it is proven."""
    email_verified = _boolean(claims.get("email_verified"), config)
    vouched = email_verified is True or ("email_verified" not in claims and config.trust_unverified_email)
    email, picture = _text(claims, "email"), _text(claims, "picture")
    return ExternalIdentity(
        id=claims["sub"],
        name=_text(claims, "name"),
        avatar=picture if picture is not None and is_url(picture) else None,
        email=email if vouched and email is not None and "@" in email else None,
        phone=_phone(claims, config),
        raw=dict(claims),
    )


def _phone(claims: Mapping[str, Any], config: OidcConfig) -> str | None:
    # The names of the specification, and those that the wire has always had.
    for name in ("phone_number", "phone"):
        number = _text(claims, name)
        if number is not None and _boolean(claims.get(f"{name}_verified"), config) is True:
            return number
    return None


def _boolean(value: object, config: OidcConfig) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and config.text_booleans:
        return _SPELLED.get(value.lower())
    return None


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST or not value.isprintable():
        return None
    return value.strip()
