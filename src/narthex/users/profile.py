"""Names, pictures, profile and custom data: what may be kept. Wire: logto-api.md 2.4."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from narthex.kit.database import ValueNotStorable
from narthex.kit.database.compiling import json_text
from narthex.kit.errors import InvalidInput

LONGEST_NAME = 128
LONGEST_AVATAR = 2048
LARGEST_OBJECT = 64 * 1024
DEEPEST_OBJECT = 32
ADDRESS = "address"
ADDRESS_MEMBERS = frozenset({"formatted", "streetAddress", "locality", "region", "postalCode", "country"})
PROFILE_MEMBERS = frozenset(
    {
        "familyName",
        "givenName",
        "middleName",
        "nickname",
        "preferredUsername",
        "profile",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        ADDRESS,
    }
)


def name_key(name: str | None) -> str | None:
    """The form of a name that is searched."""
    return None if name is None else unicodedata.normalize("NFKC", name).strip().casefold()[:LONGEST_NAME]


def checked_name(typed: str | None) -> str | None:
    """The name as it is kept; raises `InvalidInput`."""
    name = (typed or "").strip()
    if len(name) > LONGEST_NAME:
        raise InvalidInput("name", f"A name has at most {LONGEST_NAME} characters.")
    _refuse_unstorable("name", name)
    return name or None


def checked_avatar(typed: str | None) -> str | None:
    """The address of a picture; raises `InvalidInput`. Pages show it, so it is never a script."""
    avatar = (typed or "").strip()
    if not avatar:
        return None
    if len(avatar) > LONGEST_AVATAR or not avatar.startswith(("https://", "http://")) or any(map(_is_odd, avatar)):
        raise InvalidInput(
            "avatar", f"The address of a picture begins with https:// and is at most {LONGEST_AVATAR} long."
        )
    return avatar


def _is_odd(character: str) -> bool:
    return character.isspace() or unicodedata.category(character).startswith("C")


def _refuse_unstorable(field: str, text: str) -> None:
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise InvalidInput(field, "There is a character that cannot be kept.")


def checked_profile(profile: Mapping[str, Any]) -> dict[str, Any]:
    """The standard claims, in the wire's names; raises `InvalidInput`."""
    for name, value in profile.items():
        if name not in PROFILE_MEMBERS:
            raise InvalidInput(f"profile.{name[:64]}", "There is no such member.")
        if name == ADDRESS:
            _check_address(value)
        elif not isinstance(value, str):
            raise InvalidInput(f"profile.{name}", "This is a text.")
    return checked_object("profile", profile)


def _check_address(address: object) -> None:
    if not isinstance(address, dict) or not address.keys() <= ADDRESS_MEMBERS:
        raise InvalidInput("profile.address", f"This is an object of {', '.join(sorted(ADDRESS_MEMBERS))}.")
    if not all(isinstance(value, str) for value in address.values()):
        raise InvalidInput("profile.address", "Its members are texts.")


def checked_object(field: str, value: object) -> dict[str, Any]:
    """A JSON object that is small and flat enough to keep; raises `InvalidInput`."""
    if not isinstance(value, Mapping):
        raise InvalidInput(field, "This is a JSON object.")
    if _depth(value) > DEEPEST_OBJECT:
        raise InvalidInput(field, f"It is nested deeper than {DEEPEST_OBJECT} levels.")
    if len(_encoded(field, value)) > LARGEST_OBJECT:
        raise InvalidInput(field, f"It is larger than {LARGEST_OBJECT // 1024} kB.")
    return dict(value)


def _depth(value: object) -> int:
    depth, level = 0, [value]
    while level and depth <= DEEPEST_OBJECT:
        depth += 1
        level = [inner for one in level for inner in _inside(one)]
    return depth


def _inside(value: object) -> list[object]:
    if isinstance(value, Mapping):
        return [one for one in value.values() if isinstance(one, (Mapping, list, tuple))]
    return [one for one in value if isinstance(one, (Mapping, list, tuple))] if isinstance(value, (list, tuple)) else []


def _encoded(field: str, value: object) -> bytes:
    try:
        text = json_text(value)
    except (ValueNotStorable, TypeError, UnicodeEncodeError):
        raise InvalidInput(field, "There is a value in it that cannot be kept.") from None
    return text.encode()


def merged_profile(kept: Mapping[str, Any], members: Mapping[str, Any]) -> dict[str, Any]:
    """The profile with some members added or replaced; so are those of its address."""
    before, new = kept.get(ADDRESS), members.get(ADDRESS)
    if isinstance(before, dict) and isinstance(new, dict):
        return {**kept, **members, ADDRESS: {**before, **new}}
    return {**kept, **members}
