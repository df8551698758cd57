"""The phrases of a language: the tenant's own words, and languages of its own."""

from narthex.console.context import ConsoleContext
from narthex.console.rendering import Crumb
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from narthex.kit.http import Response
from narthex.kit.i18n import Catalogue, direction
from narthex.sign_in_settings import custom_phrases
from narthex.sign_in_settings import service as settings_service
from narthex.sign_in_settings.hosted_page import Problem, built_in_catalogue
from narthex.sign_in_settings.page_of_request import catalogue_of

CONTENT = "sign-in-experience/content"


async def add(context: ConsoleContext) -> Response:
    """Add a language: it begins with its own name, and shows English wherever it has no words yet."""
    form = await context.form()
    tag, name = (form.get("tag") or "").strip(), (form.get("language_name") or "").strip()
    catalogue = catalogue_of(await settings_service.read(context.runtime, context.tenant.id))
    if tag.lower() in {one.lower() for one in catalogue.languages}:
        known = next(one for one in catalogue.languages if one.lower() == tag.lower())
        return context.go(f"sign-in-experience/languages/{known}")
    if not name:
        raise InvalidInput("language_name", "give the name of the language.", phrase="sign_in_experience.name_language")
    async with context.runtime.database.write(context.tenant.id) as tx:
        phrases = {"language.name": name}
        await custom_phrases.put(tx, context.actor, context.runtime, tag, phrases)
    return context.go(f"sign-in-experience/languages/{tag}", said="said.language_added")


async def show(context: ConsoleContext) -> Response:
    """The phrases of one group, each with what it says now."""
    catalogue, own = await _words(context)
    return _page(context, catalogue, own, own)


async def save(context: ConsoleContext) -> Response:
    """Save the words of the group that was shown; the other groups stay."""
    _, own = await _words(context)
    form, group = await context.form(), _group(context)
    keys = _keys(group)
    typed = {key: (form.get(f"phrase.{key}") or "").strip() for key in keys}
    merged = {key: text for key, text in {**own, **typed}.items() if text}
    tag = context.args["tag"]
    try:
        async with context.runtime.database.write(context.tenant.id) as tx:
            await custom_phrases.put(tx, context.actor, context.runtime, tag, merged)
    except Refusal as refusal:
        catalogue, _ = await _words(context)
        return _page(context, catalogue, own, merged, [context.problem(refusal)], refusal.status)
    return context.go(f"sign-in-experience/languages/{tag}", said="said.phrases_saved", group=group)


async def delete(context: ConsoleContext) -> Response:
    """Take the tenant's own words of a language away; a language that was all its own is gone with them."""
    async with context.runtime.database.write(context.tenant.id) as tx:
        await custom_phrases.delete(tx, context.actor, context.runtime, context.args["tag"])
    return context.go(CONTENT, said="said.phrases_deleted")


async def _words(context: ConsoleContext) -> tuple[Catalogue, dict[str, str]]:
    settings = await settings_service.read(context.runtime, context.tenant.id)
    catalogue, tag = catalogue_of(settings), context.args["tag"]
    if tag not in catalogue.languages:
        raise EntityNotFound("language", tag)
    return catalogue, settings.custom_phrases.get(tag, {})


def _keys(group: str) -> list[str]:
    return [key for key in custom_phrases.known_keys() if key.partition(".")[0] == group]


def _group(context: ConsoleContext) -> str:
    groups = _groups()
    wanted = context.query.get("group") or "sign_in"
    return wanted if wanted in groups else groups[0]


def _groups() -> list[str]:
    return list(dict.fromkeys(key.partition(".")[0] for key in custom_phrases.known_keys()))


def _page(
    context: ConsoleContext,
    catalogue: Catalogue,
    own: dict[str, str],
    typed: dict[str, str],
    problems: list[Problem] | None = None,
    status: int = 200,
) -> Response:
    tag, group = context.args["tag"], _group(context)
    built_in = built_in_catalogue()
    rows = [(key, built_in.phrase(tag, key), typed.get(key, "")) for key in _keys(group)]
    return context.render(
        "console/sign_in_experience/language.html",
        title=catalogue.own(tag, "language.name") or tag,
        status=status,
        problems=problems or [],
        back=Crumb(context.url(CONTENT), context.text("sign_in_experience.tab_content")),
        tag=tag,
        rows=rows,
        group=group,
        groups=_groups(),
        text_direction=direction(tag),
        has_own=bool(own),
        is_built_in=tag in built_in.languages,
    )
