"""A tenant's own phrases: which keys, which languages, and the nested form of the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.kit.errors import EntityNotFound, Refusal
from narthex.sign_in_settings import custom_phrases
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.social import change_experience
from tests.fixtures.traces import events

SYSTEM = system_actor("default")
NOBODY = Actor(ActorKind.USER, "default", "ada")


async def put(server: Server, language: str, phrases: dict[str, str], actor: Actor = SYSTEM) -> None:
    async with server.runtime.database.write("default") as tx:
        await custom_phrases.put(tx, actor, server.runtime, language, phrases)


async def delete(server: Server, language: str, actor: Actor = SYSTEM) -> None:
    async with server.runtime.database.write("default") as tx:
        await custom_phrases.delete(tx, actor, server.runtime, language)


async def test_a_phrase_is_on_the_page_at_once(server: Server) -> None:
    made, browser = await server.application(), server.browser()
    url = browser.authorize_url(made.application_id, CALLBACK)
    await browser.get(url)
    await put(server, "en", {"sign_in.submit": "Come in"})
    assert "Come in" in (await browser.get(url)).text
    assert await custom_phrases.get(server.runtime, "default", "en") == {"sign_in.submit": "Come in"}
    await put(server, "en", {"sign_in.submit": ""})
    assert "Come in" not in (await browser.get(url)).text
    assert await custom_phrases.listed(server.runtime, "default") == {}
    assert len(await events(server.runtime, "CustomPhrases.Update")) == 2


async def test_a_language_is_added_and_taken_away(server: Server) -> None:
    await put(server, "de", {"sign_in.submit": "Anmelden", "language.name": "Deutsch"})
    await change_experience(server, languageInfo={"autoDetect": True, "fallbackLanguage": "de"})
    with pytest.raises(custom_phrases.DefaultLanguage) as refused:
        await delete(server, "de")
    assert refused.value.code == "localization.cannot_delete_default_language"
    await change_experience(server, languageInfo={"autoDetect": True, "fallbackLanguage": "en"})
    await delete(server, "de")
    with pytest.raises(EntityNotFound):
        await custom_phrases.get(server.runtime, "default", "de")
    with pytest.raises(EntityNotFound):
        await delete(server, "de")


@pytest.mark.parametrize(
    ("language", "phrases", "code"),
    [
        ("", {}, "guard.invalid_input"),
        ("not a tag", {}, "guard.invalid_input"),
        ("../x", {}, "guard.invalid_input"),
        ("en-" + "x" * 40, {}, "guard.invalid_input"),
        ("en", {"no.such.phrase": "x"}, "localization.invalid_translation_structure"),
        ("en", {"sign_in.submit": "x" * 3000}, "localization.invalid_translation_structure"),
        ("en", {"sign_in.submit": "a\0"}, "localization.invalid_translation_structure"),
    ],
)
async def test_what_cannot_be_kept_is_refused(
    server: Server, language: str, phrases: dict[str, str], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        await put(server, language, phrases)
    assert refused.value.code == code
    assert await custom_phrases.listed(server.runtime, "default") == {}


async def test_only_who_manages_the_tenant_may(server: Server) -> None:
    await put(server, "de", {"sign_in.submit": "x"})
    with pytest.raises(NotPermitted):
        await put(server, "en", {"sign_in.submit": "x"}, NOBODY)
    with pytest.raises(NotPermitted):
        await delete(server, "de", NOBODY)


def test_nested_and_flat_are_the_same_phrases() -> None:
    flat = {"error.locked": "a", "error.locked.title": "b", "sign_in.submit": "c", "plain": "d"}
    nested = custom_phrases.nested(flat)
    assert nested == {
        "error": {"locked": {"_": "a", "title": "b"}},
        "sign_in": {"submit": "c"},
        "plain": "d",
    }
    assert custom_phrases.flat(nested) == flat
    everything = {key: key for key in custom_phrases.known_keys()}
    assert custom_phrases.flat(custom_phrases.nested(everything)) == everything


@given(st.dictionaries(st.from_regex(r"[a-c](\.[a-c]){0,3}", fullmatch=True), st.text()))
def test_no_phrase_is_lost_on_the_way(flat: dict[str, str]) -> None:
    assert custom_phrases.flat(custom_phrases.nested(flat)) == flat


@pytest.mark.parametrize("odd", [{"a": 1}, {"a": None}, {"a": {"b": ["x"]}}, {"a": {"b": True}}])
def test_what_is_no_tree_of_texts_is_refused(odd: dict[str, object]) -> None:
    with pytest.raises(custom_phrases.PhrasesRefused):
        custom_phrases.flat(odd)
