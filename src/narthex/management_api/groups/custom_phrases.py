"""`/api/custom-phrases`: the tenant's own words on its pages."""

from typing import Any

from msgspec import Struct

from narthex.management_api.operation import Call, Group, NoQuery
from narthex.sign_in_settings import custom_phrases


class CustomPhraseAnswer(Struct, frozen=True, rename="camel"):
    """The tenant's own phrases of one language, as objects in objects; a language is its own id."""

    tenant_id: str
    id: str
    language_tag: str
    translation: dict[str, Any]


async def list_custom_phrases(call: Call[NoQuery, None]) -> list[CustomPhraseAnswer]:
    """The tenant's own phrases of all languages."""
    found = await custom_phrases.listed(call.runtime, call.tenant.id)
    return [_answer(call.tenant.id, language, found[language]) for language in sorted(found)]


async def get_custom_phrase(call: Call[NoQuery, None]) -> CustomPhraseAnswer:
    """The tenant's own phrases of a language."""
    language = call.path["languageTag"]
    return _answer(call.tenant.id, language, await custom_phrases.get(call.runtime, call.tenant.id, language))


async def replace_custom_phrase(call: Call[NoQuery, dict[str, Any]]) -> CustomPhraseAnswer:
    """Replace the tenant's own phrases of a language."""
    language, phrases = call.path["languageTag"], custom_phrases.flat(call.body)
    async with call.runtime.database.write(call.tenant.id) as tx:
        await custom_phrases.put(tx, call.actor, call.runtime, language, phrases)
    return _answer(call.tenant.id, language, {key: text for key, text in phrases.items() if text})


async def delete_custom_phrase(call: Call[NoQuery, None]) -> None:
    """Take the tenant's own phrases of a language away."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        await custom_phrases.delete(tx, call.actor, call.runtime, call.path["languageTag"])


def _answer(tenant_id: str, language: str, phrases: dict[str, str]) -> CustomPhraseAnswer:
    return CustomPhraseAnswer(tenant_id, language, language, custom_phrases.nested(phrases))


_GROUP = Group("Custom phrases")
_ONE = "/api/custom-phrases/{languageTag}"

OPERATIONS = (
    _GROUP.get("/api/custom-phrases", "List custom phrases", list_custom_phrases, list[CustomPhraseAnswer]),
    _GROUP.get(_ONE, "Get custom phrases", get_custom_phrase, CustomPhraseAnswer),
    _GROUP.operation(
        "PUT",
        _ONE,
        "Replace custom phrases",
        replace_custom_phrase,
        body=dict[str, Any],
        answer=CustomPhraseAnswer,
        status=201,
    ),
    _GROUP.operation("DELETE", _ONE, "Delete custom phrases", delete_custom_phrase, status=204),
)
