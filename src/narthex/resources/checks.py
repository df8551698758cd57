"""What resources and scopes may be. Each check raises `InvalidInput` or another refusal."""

from urllib.parse import urlsplit

from narthex.kit.errors import InvalidInput, Refusal
from narthex.kit.showable import is_showable
from narthex.resources.schemas import MANAGEMENT_RESOURCE_ID

LONGEST_INDICATOR = 2048
LONGEST_NAME = 256
LONGEST_DESCRIPTION = 256
# A minute, and thirty days: what was taken away from a person stays in their token as long.
ACCESS_TOKEN_SECONDS = (60, 30 * 24 * 60 * 60)


class ScopeNameWithSpace(Refusal):
    """A scope is one word of a list of words (RFC 6749 3.3). Wire: logto-api.md appendix A."""

    def __init__(self) -> None:
        super().__init__("scope.name_with_space", status=400, text="A scope name has no spaces.")


class ManagementApiFixed(Refusal):
    """The resource of the Management API and its scopes stay as they are. Wire: logto-api.md appendix A."""

    def __init__(self) -> None:
        super().__init__(
            "resource.cannot_modify_management_api", status=400, text="The Management API cannot be changed."
        )


class ManagementApiStays(Refusal):
    """The resource of the Management API cannot go. Wire: logto-api.md appendix A."""

    def __init__(self) -> None:
        super().__init__(
            "resource.cannot_delete_management_api", status=400, text="The Management API cannot be deleted."
        )


def check_name(name: str) -> None:
    """The name of a resource, for people."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise InvalidInput("name", f"1 to {LONGEST_NAME} characters are needed.")
    if not is_showable(name):
        raise InvalidInput("name", "it has a character that cannot be shown, or that turns the writing around.")


def check_indicator(indicator: str) -> None:
    """An absolute URI without fragment (RFC 8707 2)."""
    if not _is_absolute_uri(indicator):
        raise InvalidInput("indicator", "The resource indicator must be an absolute URI without a fragment.")


def _is_absolute_uri(text: str) -> bool:
    # A comma stands between two indicators in one parameter (logto-api.md 1.2).
    if len(text) > LONGEST_INDICATOR or any(not "!" <= character <= "~" or character in "#," for character in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path))


def check_access_token_ttl(seconds: int) -> None:
    """How long a token for the resource holds."""
    least, most = ACCESS_TOKEN_SECONDS
    if not least <= seconds <= most:
        raise InvalidInput("accessTokenTtl", f"it must be between {least} and {most} seconds.")


def check_scope_name(name: str) -> None:
    """One word, as a token carries it (RFC 6749 3.3)."""
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput("name", f"A scope name has 1 to {LONGEST_NAME} characters.")
    if any(character.isspace() for character in name):
        raise ScopeNameWithSpace


def check_scope_description(description: str | None) -> None:
    """What a scope is said to allow."""
    if description is not None and len(description) > LONGEST_DESCRIPTION:
        raise InvalidInput("description", f"it is longer than {LONGEST_DESCRIPTION} characters.")


def refuse_management_api(resource_id: str) -> None:
    """Raise `ManagementApiFixed` for the resource of the Management API."""
    if resource_id == MANAGEMENT_RESOURCE_ID:
        raise ManagementApiFixed
