"""That a form comes from the page we showed in this browser (S9): the browser's own word, then the form token."""

from narthex.kit.errors import Refusal
from narthex.kit.forms import Form, check_form_token
from narthex.tenants.request import CrossSite, Request


class FormExpired(Refusal):
    """A form whose token is not of this browser, or of an older page."""

    def __init__(self) -> None:
        super().__init__("form.expired", status=403, text="The page was too old.", phrase="error.form_expired")


def purpose_of(step: str, interaction_id: str) -> str:
    """What a form token is bound to: the step and the interaction, so that two tabs do not mix."""
    return f"{step}:{interaction_id}"


def check_form(request: Request, form: Form, secret: str, purpose: str) -> None:
    """Raises `CrossSite` or `FormExpired`."""
    request.require_same_origin()
    if not check_form_token(secret, purpose, form.get("form_token")):
        raise FormExpired


def check_silent_form(request: Request, form: Form, secret: str, purpose: str) -> None:
    """The same for a page that sends no Referer: browsers write "null" as the Origin of its form (Fetch 3.2). Fetch
    Metadata still tells who sent it, and the form token hangs on a cookie that no form of another site brings along."""
    if request.origin != "null":
        request.require_same_origin()
    elif request.header(b"sec-fetch-site") not in {None, "same-origin"}:
        raise CrossSite
    if not check_form_token(secret, purpose, form.get("form_token")):
        raise FormExpired
