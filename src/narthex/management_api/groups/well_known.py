"""`/api/.well-known/…` and `/api/status`: what anybody may read, without a token."""

from typing import Any

from msgspec import Struct

from narthex.connections.schemas import Connection
from narthex.kit.http import NO_STORE, Response, header, json_response
from narthex.kit.i18n import negotiate, parse_accept_language
from narthex.management_api.operation import Call, Group, NoQuery
from narthex.sign_in_settings import custom_phrases, social, wire
from narthex.sign_in_settings import service as settings
from narthex.sign_in_settings.page_of_request import catalogue_of
from narthex.sign_in_settings.schemas import LanguageInfo

# What the hosted pages need not know (logto-api.md 2.3).
NOT_FOR_PAGES = frozenset({"emailBlocklistPolicy", "forgotPasswordMethods"})


class ExperienceQuery(Struct, frozen=True, rename="camel"):
    """For which application or organization; neither changes anything yet."""

    organization_id: str | None = None
    app_id: str | None = None


class PhrasesQuery(Struct, frozen=True):
    """The wanted language."""

    lng: str | None = None


async def get_sign_in_experience_config(call: Call[ExperienceQuery, None]) -> dict[str, Any]:
    """The settings of the hosted pages, as a page of one's own needs them."""
    found = await settings.read(call.runtime, call.tenant.id)
    shown = wire.response(found.experience, call.tenant.id)
    connectors = await social.shown(call.runtime, call.tenant.id)
    return {
        **{name: value for name, value in shown.items() if name not in NOT_FOR_PAGES},
        "socialConnectors": [_public(connection) for connection in connectors],
        "ssoConnectors": [],
        "forgotPassword": {"phone": False, "email": False},
        "isDevelopmentTenant": False,
        "customProfileFields": [],
        "customProfileFieldCatalog": [],
    }


def _public(connection: Connection) -> dict[str, Any]:
    """A connector as the sign-in page shows it: nothing of its configuration."""
    return {
        "id": connection.id,
        "target": connection.target,
        "platform": "Universal",
        "name": connection.metadata.name or {"en": connection.display_name()},
        "logo": connection.logo,
        "logoDark": connection.logo_dark,
    }


async def get_sign_in_experience_phrases(call: Call[PhrasesQuery, None]) -> Response:
    """The phrases of the hosted pages, the tenant's own among them, in the language that suits best."""
    found = await settings.read(call.runtime, call.tenant.id)
    catalogue, info = catalogue_of(found), found.experience.language_info
    language = negotiate(_wanted(call, info), catalogue.languages) or catalogue.source
    texts = {key: catalogue.text(language, key) for key in custom_phrases.known_keys()}
    headers = (NO_STORE, header("content-language", language), header("vary", "Accept-Language"))
    return json_response(custom_phrases.nested(texts), 200, headers)


def _wanted(call: Call[PhrasesQuery, None], info: LanguageInfo) -> list[str]:
    asked = [call.query.lng] if call.query.lng else []
    accepted = parse_accept_language(call.request.header(b"accept-language") or "") if info.auto_detect else []
    return [*asked, *accepted, info.fallback_language]


async def get_status(call: Call[NoQuery, None]) -> None:
    """That the server answers."""


_GROUP = Group("Well-known")

OPERATIONS = (
    _GROUP.get(
        "/api/.well-known/sign-in-exp",
        "Read the public part of the sign-in experience",
        get_sign_in_experience_config,
        dict[str, Any],
        query=ExperienceQuery,
        is_public=True,
    ),
    _GROUP.get(
        "/api/.well-known/phrases",
        "Read the phrases of the hosted pages",
        get_sign_in_experience_phrases,
        dict[str, Any],
        query=PhrasesQuery,
        is_public=True,
    ),
    Group("Status").get("/api/status", "Ask whether the server answers", get_status, None, status=204, is_public=True),
)
