"""What a username may be, and when two are the same one."""

import re
import unicodedata

from narthex.kit.errors import Refusal

LONGEST_USERNAME = 128
# Letters, digits and underscore of ASCII only (wire: logto-api.md 5.1), so that no two names look alike by script.
ALLOWED = re.compile(r"[A-Za-z0-9_]+")


class UsernameRefused(Refusal):
    """A username that cannot be had; `phrase` names the reason."""

    def __init__(self, phrase: str, text: str, **values: object) -> None:
        super().__init__("user.invalid_username", status=422, text=text, phrase=phrase, values=values)


def normalise(typed: str) -> str:
    """The username as it is kept: compatibility forms folded (NFKC), space around it dropped."""
    return unicodedata.normalize("NFKC", typed).strip()


def username_key(typed: str) -> str:
    """The form that is compared and unique in a tenant."""
    return normalise(typed).casefold()[: LONGEST_USERNAME + 1]


def checked_username(typed: str) -> str:
    """The username as it is kept; raises `UsernameRefused`."""
    username = normalise(typed)
    if not username:
        raise UsernameRefused("error.required", "The username is required.", field="username")
    if len(username) > LONGEST_USERNAME:
        raise UsernameRefused(
            "error.username_too_long", f"A username has at most {LONGEST_USERNAME} characters.", max=LONGEST_USERNAME
        )
    if username[0].isdigit():
        raise UsernameRefused("error.username_starts_with_digit", "A username does not start with a digit.")
    if not ALLOWED.fullmatch(username):
        raise UsernameRefused("error.username_invalid", "A username has letters, digits and underscores only.")
    return username
