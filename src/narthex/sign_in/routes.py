"""Which path is which step."""

from collections.abc import Awaitable, Callable

from narthex.kit.errors import Refusal
from narthex.kit.http import Response, redirect
from narthex.kit.runtime import Runtime
from narthex.sign_in import step_context
from narthex.sign_in.step_context import StepContext
from narthex.sign_in.steps import consent, password, sign_up
from narthex.sign_in_settings.page_of_request import notice
from narthex.tenants.request import Request

Step = Callable[[Runtime, Request, StepContext], Awaitable[Response]]

STEPS: dict[tuple[str, str], Step] = {
    ("GET", "/sign-in"): password.show,
    ("POST", "/sign-in/password"): password.submit,
    ("GET", "/register"): sign_up.show,
    ("POST", "/register"): sign_up.submit,
    ("GET", "/consent"): consent.show,
    ("POST", "/consent"): consent.submit,
}
PATHS = frozenset(path for _, path in STEPS)


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


async def hosted_step(runtime: Runtime, request: Request) -> Response:
    """Answer any request to a step of a sign-in."""
    try:
        step = _step(request)
        if step is None:
            # A reload of a page that answered a form comes back here by GET: show the form again.
            return redirect(f"{request.tenant.base_path}/sign-in?{request.raw_query.decode('latin-1')}")
        return await step(runtime, request, await step_context.load(runtime, request))
    except Refusal as refusal:
        return await notice(runtime, request, refusal)


def _step(request: Request) -> Step | None:
    method = "GET" if request.method == "HEAD" else request.method
    if method == "GET" and request.path == "/sign-in/password":
        return None
    step = STEPS.get((method, request.path))
    if step is None:
        raise MethodNotAllowed(tuple(known for known, path in STEPS if path == request.path))
    return step
