"""The answer of the authorization endpoint, by redirect or by form (RFC 6749 4.1.2, OAuth 2.0 Form Post), `iss` always
in it (RFC 9207)."""

from collections.abc import Sequence
from urllib.parse import urlencode

from narthex.applications.schemas import Application
from narthex.kit.http import NO_STORE, Response, redirect
from narthex.kit.runtime import Runtime
from narthex.oidc.authorization_request import ReturnAddress
from narthex.sign_in_settings.hosted_page import render_hosted
from narthex.sign_in_settings.page_of_request import page_of_request
from narthex.tenants.request import Request

# Nothing of an authorization response may reach another site by Referer.
NO_REFERRER = (b"referrer-policy", b"no-referrer")


async def answer(
    runtime: Runtime,
    request: Request,
    application: Application,
    address: ReturnAddress,
    parameters: dict[str, str | None],
    ui_locales: Sequence[str] = (),
) -> Response:
    """Send the parameters (None is left out), state and issuer to the application."""
    parameters |= {"state": address.state, "iss": request.tenant.issuer}
    fields = {name: value for name, value in parameters.items() if value is not None}
    if address.response_mode == "form_post":
        page = await page_of_request(runtime, request, application, ui_locales)
        return render_hosted(runtime.templates, page, "oidc/form_post.html", action=address.redirect_uri, fields=fields)
    return redirect(_location(address, fields), 303, (NO_STORE, NO_REFERRER))


def _location(address: ReturnAddress, fields: dict[str, str]) -> str:
    encoded = urlencode(fields)
    if address.response_mode == "fragment":
        return f"{address.redirect_uri}#{encoded}"
    return f"{address.redirect_uri}{'&' if '?' in address.redirect_uri else '?'}{encoded}"


def error_parameters(error: str, description: str) -> dict[str, str | None]:
    """An error as response parameters."""
    return {"error": error, "error_description": description}
