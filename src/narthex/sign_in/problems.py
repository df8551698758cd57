"""A refusal as what a person has to change, in the language of the page."""

from narthex.credentials.password_policy import PasswordRejected
from narthex.kit.errors import Refusal
from narthex.sign_in_settings.hosted_page import HostedPage, Problem
from narthex.users.service import UsernameTaken
from narthex.users.username import UsernameRefused


def problems_of(page: HostedPage, refusal: Refusal) -> tuple[Problem, ...]:
    """What to change, each said at its field."""
    if isinstance(refusal, PasswordRejected):
        return tuple(Problem(page.text(one.phrase, **one.values), "password") for one in refusal.objections)
    values = dict(refusal.values)
    if "field" in values:
        values["field"] = page.text(f"common.{values['field']}")
    field = "username" if isinstance(refusal, UsernameRefused | UsernameTaken) else None
    return (Problem(page.text(refusal.phrase, **values), field),)


def refused_rules(refusal: Refusal | None) -> list[str]:
    """The password rules that were not met, by the names that `password_rules` marks them by."""
    return [one.code for one in refusal.objections] if isinstance(refusal, PasswordRejected) else []


def empty(page: HostedPage, name: str) -> Problem:
    """The field has to be filled in."""
    return Problem(page.text("error.required", field=page.text(f"common.{name}")), name)


def agreement_missing(page: HostedPage) -> Problem:
    """The box under the form has to be ticked."""
    return Problem(page.text("error.agreement_missing"), "agree")
