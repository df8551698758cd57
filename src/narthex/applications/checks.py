"""What the fields of an application may be. Each check raises `InvalidInput`, naming the field as the wire does."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from narthex.applications.redirect_uris import WEB_SCHEMES, check_registrable
from narthex.applications.schemas import CustomClientMetadata, OidcClientMetadata
from narthex.applications.types import ApplicationType, TypeRules
from narthex.kit.addresses import normal_origin
from narthex.kit.errors import InvalidInput
from narthex.kit.showable import is_showable

LONGEST_NAME = 256
LONGEST_DESCRIPTION = 2048
LONGEST_URI = 2048
MOST_URIS = 100
LARGEST_CUSTOM_DATA = 32 * 1024
FRAMEWORK = re.compile(r"[a-z0-9-]{1,32}")
ID_TOKEN_SECONDS = (60, 24 * 60 * 60)
REFRESH_TOKEN_DAYS = (1, 180)
REFRESH_TOKEN_SECONDS = (60, 180 * 24 * 60 * 60)
THIRD_PARTY_TYPES = frozenset({ApplicationType.TRADITIONAL, ApplicationType.SPA, ApplicationType.NATIVE})


def check_name(name: str, field: str = "name") -> None:
    """A name of an application or of a secret."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise InvalidInput(field, f"1 to {LONGEST_NAME} characters are needed.")
    if not is_showable(name):
        raise InvalidInput(field, "it has a character that cannot be shown, or that turns the writing around.")


def check_description(description: str | None) -> None:
    """What an application is said to be."""
    if description is not None and len(description) > LONGEST_DESCRIPTION:
        raise InvalidInput("description", f"it is longer than {LONGEST_DESCRIPTION} characters.")


def check_framework(framework: str | None) -> None:
    """The name of a guide."""
    if framework is not None and not FRAMEWORK.fullmatch(framework):
        raise InvalidInput("framework", "a guide's name has small letters, digits and hyphens, 32 at most.")


def check_third_party(is_third_party: bool, type: ApplicationType) -> None:
    """Only applications that sign people in may be somebody else's."""
    if is_third_party and type not in THIRD_PARTY_TYPES:
        raise InvalidInput("isThirdParty", f"an application of the type {type.value} is always first-party.")


def check_custom_data(data: Mapping[str, Any]) -> None:
    """A JSON object that is not too large."""
    try:
        size = len(msgspec.json.encode(data))
    except (TypeError, ValueError, RecursionError):
        raise InvalidInput("customData", "it must be a JSON object.") from None
    if size > LARGEST_CUSTOM_DATA:
        raise InvalidInput("customData", f"it is larger than {LARGEST_CUSTOM_DATA // 1024} kB.")


def check_metadata(oidc: OidcClientMetadata, rules: TypeRules) -> None:
    """Its addresses: where people, answers and sign-out notices go."""
    lists = {"redirectUris": oidc.redirect_uris, "postLogoutRedirectUris": oidc.post_logout_redirect_uris}
    for name, uris in lists.items():
        field = f"oidcClientMetadata.{name}"
        if uris and not rules.signs_people_in:
            raise InvalidInput(field, "a machine-to-machine application has none.")
        _check_count(field, uris)
        for position, uri in enumerate(uris):
            check_registrable(uri, is_native=rules.is_native, field=f"{field}[{position}]")
    if oidc.backchannel_logout_uri is not None:
        _check_web_address("oidcClientMetadata.backchannelLogoutUri", oidc.backchannel_logout_uri)
    if oidc.logo_uri is not None:
        _check_web_address("oidcClientMetadata.logoUri", oidc.logo_uri)


def checked_custom(custom: CustomClientMetadata) -> CustomClientMetadata:
    """The same with its origins as browsers write them."""
    field = "customClientMetadata"
    _check_between(f"{field}.idTokenTtl", custom.id_token_ttl, *ID_TOKEN_SECONDS)
    _check_between(f"{field}.refreshTokenTtl", custom.refresh_token_ttl, *REFRESH_TOKEN_SECONDS)
    _check_between(f"{field}.refreshTokenTtlInDays", custom.refresh_token_ttl_in_days, *REFRESH_TOKEN_DAYS)
    return msgspec.structs.replace(custom, cors_allowed_origins=_origins(custom.cors_allowed_origins))


def _origins(given: tuple[str, ...]) -> tuple[str, ...]:
    field = "customClientMetadata.corsAllowedOrigins"
    _check_count(field, given)
    normal = []
    for position, origin in enumerate(given):
        try:
            normal.append(normal_origin(origin))
        except ValueError as error:
            raise InvalidInput(f"{field}[{position}]", f"{origin[:200]!r} {error}.") from None
    return tuple(dict.fromkeys(normal))


def _check_count(field: str, given: tuple[str, ...]) -> None:
    if len(given) > MOST_URIS:
        raise InvalidInput(field, f"there are more than {MOST_URIS}.")


def _check_between(field: str, value: int | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise InvalidInput(field, f"it must be between {least} and {most}.")


def _check_web_address(field: str, uri: str) -> None:
    try:
        parts = urlsplit(uri)
        # Reading the port checks it.
        fits = parts.scheme in WEB_SCHEMES and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        fits = False
    if not fits or len(uri) > LONGEST_URI or "#" in uri or any(not "!" <= character <= "~" for character in uri):
        raise InvalidInput(field, "it must be an http or https address without a user name and without a fragment.")
