"""Pages that tell one thing: a refusal, and the door before there is an operator."""

from narthex.console.context import ConsoleContext
from narthex.console.rendering import console_headers, tools
from narthex.console.words import catalogue, language_of
from narthex.kit.errors import Refusal
from narthex.kit.http import Response, html_response
from narthex.kit.i18n import direction
from narthex.kit.runtime import Runtime
from narthex.sign_in_settings.page_of_request import log_refusal
from narthex.tenants.request import Request


def notice(runtime: Runtime, request: Request, refusal: Refusal, context: ConsoleContext | None = None) -> Response:
    """A refusal as a page: in the frame for an operator, alone for anybody else."""
    log_refusal(request, refusal)
    words = catalogue()
    language = context.language if context else language_of(request)
    known = bool(refusal.phrase) and refusal.phrase in words
    text = words.text(language, refusal.phrase, **refusal.values) if known else refusal.text
    title_key = f"{refusal.phrase}.title" if f"{refusal.phrase}.title" in words else "error.title"
    title = words.text(language, title_key)
    if context is not None:
        response = context.render(
            "console/notice.html", title=title, status=refusal.status, words=text, code=refusal.code
        )
    else:
        response = _alone(runtime, request, language, title, text, refusal.status, refusal.code)
    return response.with_headers(refusal.headers)


def locked_door(runtime: Runtime, request: Request) -> Response:
    """What stands at `/console` until the first operator came in by the link from the terminal."""
    language = language_of(request)
    words = catalogue()
    title, text = words.text(language, "door.title"), words.text(language, "door.text")
    return _alone(runtime, request, language, title, text, 200, "")


def _alone(
    runtime: Runtime, request: Request, language: str, title: str, text: str, status: int, code: str
) -> Response:
    page = runtime.templates.render(
        "console/alone.html",
        **tools(language, runtime.clock.now()),
        language=language,
        direction=direction(language),
        title=title,
        words=text,
        code=code,
        request_id=request.id,
    )
    return html_response(page, status, console_headers(language))
