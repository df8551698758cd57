"""Which path is which step."""

from collections.abc import Awaitable, Callable

from narthex.interactions import service as interactions
from narthex.kit.errors import Refusal
from narthex.kit.http import NO_STORE, Response, redirect
from narthex.kit.runtime import Runtime
from narthex.sign_in import step_context
from narthex.sign_in.operator_entrance import operator_entrance
from narthex.sign_in.step_context import StepContext
from narthex.sign_in.steps import callback, consent, link, newcomer, password, sign_up, social
from narthex.sign_in_settings import service as settings_service
from narthex.sign_in_settings.page_of_request import CALLBACK_PREFIX, notice
from narthex.tenants.request import Request

Step = Callable[[Runtime, Request, StepContext], Awaitable[Response]]

STEPS: dict[tuple[str, str], Step] = {
    ("GET", "/sign-in"): password.show,
    ("POST", "/sign-in/password"): password.submit,
    ("GET", "/register"): sign_up.show,
    ("POST", "/register"): sign_up.submit,
    ("GET", "/sign-in/social/{target}"): social.show,
    ("POST", "/sign-in/social/{target}"): social.submit,
    ("GET", "/sign-in/link"): link.show,
    ("POST", "/sign-in/link"): link.submit,
    ("POST", "/sign-in/link/decline"): link.decline,
    ("GET", "/continue"): newcomer.show,
    ("POST", "/continue"): newcomer.submit,
    ("GET", "/consent"): consent.show,
    ("POST", "/consent"): consent.submit,
}
# The pages that belong to no sign-in under way.
OTHERS: dict[str, tuple[Callable[[Runtime, Request], Awaitable[Response]], tuple[str, ...]]] = {
    "/set-up": (operator_entrance, ("GET", "HEAD", "POST")),
    # Coming back happens once, so it is not tried out by HEAD.
    "/callback/{connection}": (callback.callback, ("GET", "POST")),
}
PATHS = frozenset(path for _, path in STEPS) | OTHERS.keys()
# Pages that answered a form; a reload of theirs shows the form again.
ANSWERS = {"/sign-in/password": "/sign-in", "/sign-in/link/decline": "/sign-in/link"}
PLACES = {"/sign-in/social/": "/sign-in/social/{target}", CALLBACK_PREFIX: "/callback/{connection}"}


class MethodNotAllowed(Refusal):
    """The path is there, but not for this method (RFC 9110 15.5.6)."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(
            "request.method_not_allowed",
            status=405,
            text="This address is not for this method.",
            phrase="error.method_not_allowed",
            headers=((b"allow", ", ".join(allowed).encode()),),
        )


def is_hosted_step(path: str) -> bool:
    """Whether a request to this path is answered here."""
    return _route(path) in PATHS


def _route(path: str) -> str:
    """The path as the tables have it: its last part by name where it can be any."""
    start, _, last = path.rpartition("/")
    return PLACES.get(f"{start}/", path) if last else path


async def hosted_step(runtime: Runtime, request: Request) -> Response:
    """Answer any request to a step of a sign-in."""
    try:
        if (other := OTHERS.get(_route(request.path))) is not None:
            answer, methods = other
            if request.method not in methods:
                raise MethodNotAllowed(methods)
            return await answer(runtime, request)
        if request.method in {"GET", "HEAD"} and request.path in ANSWERS:
            form_path = ANSWERS[request.path]
            return redirect(f"{request.tenant.base_path}{form_path}?{request.raw_query.decode('latin-1')}")
        step = _step(request)
        return await step(runtime, request, await step_context.load(runtime, request))
    except interactions.InteractionNotFound as unknown:
        return await _elsewhere(runtime, request) or await notice(runtime, request, unknown)
    except Refusal as refusal:
        return await notice(runtime, request, refusal)


async def _elsewhere(runtime: Runtime, request: Request) -> Response | None:
    """Where a tenant wants those to begin anew who have no sign-in under way."""
    settings = await settings_service.read(runtime, request.tenant.id)
    url = settings.experience.unknown_session_redirect_url
    return redirect(url, 303, (NO_STORE,)) if url else None


def _step(request: Request) -> Step:
    method = "GET" if request.method == "HEAD" else request.method
    route = _route(request.path)
    step = STEPS.get((method, route))
    if step is None:
        raise MethodNotAllowed(tuple(known for known, path in STEPS if path == route))
    return step
