"""What the sign-in experience is, told once to whoever comes here first."""

from narthex.console.context import ConsoleContext
from narthex.kit.http import Response, set_cookie_header

COOKIE = "console-introduced"
YEAR = 365 * 24 * 60 * 60
FIRST_TAB = "sign-in-experience/branding"


async def show(context: ConsoleContext) -> Response:
    """The introduction; for somebody who knows it, the first tab."""
    if context.request.cookie(COOKIE):
        return context.go(FIRST_TAB)
    return context.render("console/sign_in_experience/introduction.html", title=context.text("nav.sign_in_experience"))


async def go_on(context: ConsoleContext) -> Response:
    """It was read."""
    admin = context.request.tenant
    cookie = set_cookie_header(admin.cookie_name(COOKIE), "yes", max_age=YEAR, secure=admin.secure)
    return context.go(FIRST_TAB).with_cookie(cookie)
