"""An identifier that another user of the tenant has. Wire: logto-api.md 2.1."""

from narthex.kit.database import UniqueViolation
from narthex.kit.errors import Refusal


class UsernameTaken(Refusal):
    """Another user has the name."""

    def __init__(self) -> None:
        super().__init__(
            "user.username_already_in_use",
            status=422,
            text="This username is in use.",
            phrase="error.username_taken",
        )


class EmailTaken(Refusal):
    """Another user has the mail address."""

    def __init__(self) -> None:
        super().__init__(
            "user.email_already_in_use",
            status=422,
            text="This mail address is in use.",
            phrase="error.email_taken",
        )


class PhoneTaken(Refusal):
    """Another user has the phone number."""

    def __init__(self) -> None:
        super().__init__(
            "user.phone_already_in_use",
            status=422,
            text="This phone number is in use.",
            phrase="error.phone_taken",
        )


def taken(violation: UniqueViolation) -> Refusal:
    """What a violation of one of the unique indexes of `users` means."""
    if "primary_email" in violation.columns:
        return EmailTaken()
    return PhoneTaken() if "primary_phone" in violation.columns else UsernameTaken()
