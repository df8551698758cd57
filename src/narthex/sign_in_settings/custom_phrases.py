"""A tenant's own phrases: a language of its own, or other words in one that comes with the server."""

import re
from collections.abc import Mapping

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.database import Transaction
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from narthex.kit.runtime import Runtime
from narthex.sign_in_settings import service
from narthex.sign_in_settings.hosted_page import built_in_catalogue

TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")
LONGEST_TAG = 16
LONGEST_PHRASE = 2048
# A phrase whose key also begins the keys of others stands, in nested objects, beside them under this name.
ITSELF = "_"
Nested = Mapping[str, object]


class PhrasesRefused(Refusal):
    """Phrases that cannot be kept. Wire: `localization.invalid_translation_structure`."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(
            "localization.invalid_translation_structure",
            status=400,
            text=f"{field}: {text}",
            phrase="error.invalid_request",
            data={"field": field},
        )


class DefaultLanguage(Refusal):
    """The language that is used where none fits stays. Wire: `localization.cannot_delete_default_language`."""

    def __init__(self, language: str) -> None:
        super().__init__(
            "localization.cannot_delete_default_language",
            status=400,
            text=f"{language} is the default language; choose another one first.",
            phrase="error.invalid_request",
        )


def known_keys() -> tuple[str, ...]:
    """The keys of all phrases, in their order."""
    catalogue = built_in_catalogue()
    return tuple(catalogue.keys(catalogue.source))


async def listed(runtime: Runtime, tenant_id: str) -> dict[str, dict[str, str]]:
    """The tenant's own phrases by language."""
    return (await service.read(runtime, tenant_id)).custom_phrases


async def get(runtime: Runtime, tenant_id: str, language: str) -> dict[str, str]:
    """The tenant's own phrases of a language; raises `EntityNotFound`."""
    found = (await listed(runtime, tenant_id)).get(language)
    if found is None:
        raise EntityNotFound("custom phrase", language)
    return found


async def put(tx: Transaction, actor: Actor, runtime: Runtime, language: str, phrases: Mapping[str, str]) -> None:
    """Replace the tenant's own phrases of a language; none take them away. Raises `InvalidInput`, `PhrasesRefused`."""
    actor.require(Permission.MANAGE)
    if len(language) > LONGEST_TAG or not TAG.fullmatch(language):
        raise InvalidInput("languageTag", "a language tag as in en or pt-BR is needed.")
    kept = {key: text for key, text in phrases.items() if text}
    _check(kept)
    await service.put_phrases(tx, actor, runtime, language, kept)
    details = {"languageTag": language}
    await audit_log.record(tx, actor, Event(audit_keys.CUSTOM_PHRASES_UPDATE, details=details))


async def delete(tx: Transaction, actor: Actor, runtime: Runtime, language: str) -> None:
    """Take the tenant's own phrases of a language away. Raises `DefaultLanguage`, `EntityNotFound`."""
    actor.require(Permission.MANAGE)
    settings = await service.read_in(tx)
    if language == settings.experience.language_info.fallback_language:
        raise DefaultLanguage(language)
    if language not in settings.custom_phrases:
        raise EntityNotFound("custom phrase", language)
    await service.put_phrases(tx, actor, runtime, language, {})
    details = {"languageTag": language}
    await audit_log.record(tx, actor, Event(audit_keys.CUSTOM_PHRASES_DELETE, details=details))


def _check(phrases: Mapping[str, str]) -> None:
    known = set(known_keys())
    for key, text in phrases.items():
        if key not in known:
            raise PhrasesRefused(key[:64], "there is no phrase of this name.")
        if len(text) > LONGEST_PHRASE or "\0" in text:
            raise PhrasesRefused(key, f"at most {LONGEST_PHRASE} characters are kept.")


def nested(phrases: Mapping[str, str]) -> dict[str, object]:
    """The phrases as objects in objects, one for each part of a key."""
    result: dict[str, object] = {}
    for key in sorted(phrases):
        _put(result, key.split("."), phrases[key])
    return result


def _put(place: dict[str, object], names: list[str], text: str) -> None:
    name, rest = names[0], names[1:]
    there = place.get(name)
    if not rest:
        place[name] = {**there, ITSELF: text} if isinstance(there, dict) else text
        return
    inner = there if isinstance(there, dict) else {} if there is None else {ITSELF: there}
    place[name] = inner
    _put(inner, rest, text)


def flat(phrases: Nested, prefix: str = "") -> dict[str, str]:
    """The phrases by key; raises `PhrasesRefused` for what is neither a text nor an object of texts."""
    result: dict[str, str] = {}
    for name, value in phrases.items():
        key = prefix if name == ITSELF and prefix else f"{prefix}.{name}" if prefix else name
        if isinstance(value, str):
            result[key] = value
        elif isinstance(value, Mapping) and len(key) < LONGEST_PHRASE and key.count(".") < 10:
            result |= flat(value, key)
        else:
            raise PhrasesRefused(key[:64], "this is a text, or an object of texts.")
    return result
