"""Mail addresses and phone numbers: what may be one, and the form that is kept, compared and searched."""

import re
import unicodedata

from narthex.kit.errors import InvalidInput

LONGEST_EMAIL = 128
# One @ between two parts, a dot in the second, no space and nothing that a mail header or a link would misread. What
# is a mailbox beyond that only a message to it can tell.
EMAIL = re.compile(
    r"[^\s@<>()\[\]\\,;:\"%\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\]\\,;:\"%\x00-\x1f\x7f.]+(\.[^\s@<>()\[\]\\,;:\"%\x00-\x1f\x7f.]+)+"
)
# E.164: at most 15 digits, the first, of the country, is no zero.
PHONE = re.compile(r"[1-9][0-9]{6,14}")
PUNCTUATION = re.compile(r"[\s().\-/]+")


def email_key(typed: str) -> str:
    """The form of a mail address that is kept and compared."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


def checked_email(typed: str) -> str:
    """The mail address as it is kept; raises `InvalidInput`."""
    email = email_key(typed)
    if len(email) > LONGEST_EMAIL:
        raise InvalidInput("primaryEmail", f"A mail address has at most {LONGEST_EMAIL} characters.")
    if not EMAIL.fullmatch(email) or _has_odd_characters(email):
        raise InvalidInput("primaryEmail", "This is no mail address, as in ada@example.com.")
    return email


def _has_odd_characters(text: str) -> bool:
    return any(unicodedata.category(character).startswith(("C", "Z")) for character in text)


def phone_key(typed: str) -> str:
    """The digits of a phone number: the form that is kept and compared. Empty where it is no number."""
    plain = PUNCTUATION.sub("", unicodedata.normalize("NFKC", typed)).removeprefix("+")
    return plain if plain.isascii() and plain.isdigit() else ""


def checked_phone(typed: str) -> str:
    """The phone number as it is kept; raises `InvalidInput`."""
    phone = phone_key(typed)
    if not PHONE.fullmatch(phone):
        raise InvalidInput("primaryPhone", "A phone number has 7 to 15 digits, beginning with those of the country.")
    return phone
