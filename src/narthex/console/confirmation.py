"""Typing the name of what is to go: nothing is deleted by one click."""

from narthex.kit.errors import InvalidInput
from narthex.kit.forms import Form


def unconfirmed(form: Form, name: str | None) -> InvalidInput | None:
    """What is wrong with the field `confirm`; None where the name stands in it."""
    if name is not None and (form.get("confirm") or "").strip() == name.strip():
        return None
    return InvalidInput("confirm", "type the name as it stands here.", phrase="error.confirm_name")
