"""The tabs of the sign-in experience: each one form with the preview beside it."""

from collections.abc import Mapping

from narthex.connections import service as connections
from narthex.console.context import ConsoleContext
from narthex.console.pages.sign_in_experience.typed import FIELDS, TABS, Tab, Typed
from narthex.console.route import PageNotFound
from narthex.kit.errors import Refusal
from narthex.kit.http import Response
from narthex.sign_in_settings import editing
from narthex.sign_in_settings import service as settings_service
from narthex.sign_in_settings.hosted_page import Problem
from narthex.sign_in_settings.page_of_request import catalogue_of
from narthex.sign_in_settings.schemas import SignInSettings


async def show(context: ConsoleContext) -> Response:
    """A tab as it is kept."""
    tab = _tab(context)
    settings = await settings_service.read(context.runtime, context.tenant.id)
    return await _page(context, tab, settings, tab.stored(settings.experience))


async def save(context: ConsoleContext) -> Response:
    """Save the tab, or change the order of its rows and save nothing yet."""
    tab, form = _tab(context), await context.form()
    typed = tab.typed(form)
    settings = await settings_service.read(context.runtime, context.tenant.id)
    what, _, of = (form.get("do") or "save").partition(":")
    if what != "save":
        moved = Typed(typed.texts, moved_targets(typed.social, what, of))
        return await _page(context, tab, settings, moved, is_dirty=True)
    try:
        async with context.runtime.database.write(context.tenant.id) as tx:
            change = tab.change(typed, settings.experience)
            await editing.update(tx, context.actor, context.runtime, change)
    except Refusal as refusal:
        return await _page(context, tab, settings, typed, [_problem(context, refusal)], refusal.status, is_dirty=True)
    return context.go(f"sign-in-experience/{tab.name}", said="said.sign_in_experience_saved")


def moved_targets(targets: tuple[str, ...], what: str, target: str) -> tuple[str, ...]:
    """The targets after one was added, removed, or moved up or down by one place."""
    kept = list(targets)
    if what == "add" and target not in kept:
        return (*kept, target)
    if target not in kept:
        return targets
    place = kept.index(target)
    if what == "remove":
        kept.pop(place)
    elif what in {"up", "down"}:
        other = place + (1 if what == "down" else -1)
        if 0 <= other < len(kept):
            kept[place], kept[other] = kept[other], kept[place]
    return tuple(kept)


def _tab(context: ConsoleContext) -> Tab:
    tab = TABS.get(context.args["tab"])
    if tab is None:
        raise PageNotFound
    return tab


def _problem(context: ConsoleContext, refusal: Refusal) -> Problem:
    data = refusal.data if isinstance(refusal.data, Mapping) else {}
    named = str(data.get("field", ""))
    field = FIELDS.get(named) or FIELDS.get(named.partition("[")[0])
    own = f"sign_in_experience.refused.{refusal.code.rpartition('.')[2]}"
    if field and (text := _own_text(context, own)):
        return Problem(text, field)
    return Problem(refusal.text.partition(": ")[2] or refusal.text, field)


def _own_text(context: ConsoleContext, key: str) -> str | None:
    try:
        return context.text(key)
    except KeyError:
        return None


async def _page(
    context: ConsoleContext,
    tab: Tab,
    settings: SignInSettings,
    typed: Typed,
    problems: list[Problem] | None = None,
    status: int = 200,
    *,
    is_dirty: bool = False,
) -> Response:
    found = await connections.listed(context.runtime, context.tenant.id)
    catalogue = catalogue_of(settings)
    names = [(tag, catalogue.own(tag, "language.name") or tag) for tag in catalogue.languages]
    return context.render(
        f"console/sign_in_experience/{tab.name.replace('-', '_')}.html",
        title=context.text("nav.sign_in_experience"),
        status=status,
        problems=problems or [],
        tab=tab,
        tabs=tuple(TABS),
        typed=typed,
        is_dirty=is_dirty,
        connections={one.target: one for one in found},
        page_languages=names,
        own_languages=frozenset(settings.custom_phrases),
    )
