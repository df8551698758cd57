"""The refusals of this surface, and the one renderer of its errors: `{code, message, data?, details?}`."""

from narthex.kit.database import ForeignKeyViolation, UniqueViolation
from narthex.kit.errors import Refusal
from narthex.kit.http import NO_STORE, Response, header, json_response
from narthex.kit.i18n import negotiate, parse_accept_language
from narthex.sign_in_settings.hosted_page import built_in_catalogue
from narthex.tenants.request import Request

ENGLISH = "en"


class NoSuchOperation(Refusal):
    """The Management API has nothing at this address."""

    def __init__(self) -> None:
        super().__init__("request.not_found", status=404, text="There is nothing here.", phrase="error.not_found")


class MethodNotAllowed(Refusal):
    """The address is there, but not for this method (RFC 9110 15.5.6)."""

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(
            "request.method_not_allowed",
            status=405,
            text=f"This address answers {', '.join(allowed)}.",
            phrase="error.method_not_allowed",
            headers=(header("allow", ", ".join(allowed)),),
        )


class UnsupportedMediaType(Refusal):
    """A body that is no JSON (RFC 9110 15.5.16)."""

    def __init__(self) -> None:
        super().__init__(
            "request.unsupported_media_type", status=415, text="The body must be sent as application/json."
        )


class InvalidPagination(Refusal):
    """`page` or `page_size` that is no number in range. Wire: logto-api.md 2.1."""

    def __init__(self) -> None:
        super().__init__(
            "guard.invalid_pagination",
            status=400,
            text="page is a whole number from 1, page_size one from 1 to 100.",
        )


class AlreadyThere(Refusal):
    """Something with these values exists. Wire: logto-api.md 2.1."""

    def __init__(self, detail: str) -> None:
        super().__init__("entity.unique_integrity_violation", status=422, text="This exists already.", detail=detail)


class RelationMissing(Refusal):
    """What the change points to is not there, or went meanwhile. Wire: logto-api.md 2.1."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "entity.relation_foreign_key_not_found",
            status=422,
            text="Something that this points to does not exist.",
            detail=detail,
        )


def refusal_of(error: UniqueViolation | ForeignKeyViolation) -> Refusal:
    """What a rule of a table that no service spoke of means on the wire."""
    return AlreadyThere(str(error)) if isinstance(error, UniqueViolation) else RelationMissing(str(error))


def render(request: Request, refusal: Refusal) -> Response:
    """A refusal as JSON. `message` is in the caller's language where there is a phrase in it; `details` then keeps the
    English text, which says more."""
    message = _localised(request, refusal) or refusal.text
    body: dict[str, object] = {"code": refusal.code, "message": message}
    if refusal.data is not None:
        body["data"] = refusal.data
    if message != refusal.text:
        body["details"] = refusal.text
    return json_response(body, refusal.status, (NO_STORE, *refusal.headers))


def _localised(request: Request, refusal: Refusal) -> str | None:
    accepted = request.header(b"accept-language")
    if not accepted or not refusal.phrase:
        return None
    catalogue = built_in_catalogue()
    language = negotiate(parse_accept_language(accepted), catalogue.languages) or ENGLISH
    if language == ENGLISH or catalogue.own(language, refusal.phrase) is None:
        return None
    return catalogue.text(language, refusal.phrase, **refusal.values)
