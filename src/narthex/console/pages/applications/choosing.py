"""The framework list: where an application begins."""

from msgspec import Struct

from narthex.console.context import ConsoleContext
from narthex.console.pages.applications.frameworks import FRAMEWORKS, KINDS, Framework
from narthex.console.rendering import Crumb
from narthex.kit.http import Response


class Card(Struct, frozen=True):
    """A framework in the list, and whether the filters let it through."""

    framework: Framework
    name: str
    line: str
    words: str
    is_shown: bool


async def show(context: ConsoleContext) -> Response:
    """All frameworks in their sections; search and kinds in the address narrow them."""
    search, kinds = (context.query.get("q") or "").strip(), context.query.all("kind")
    cards = [_card(context, one, search, kinds) for one in FRAMEWORKS]
    return context.render(
        "console/applications/frameworks.html",
        title=context.text("applications.frameworks_title"),
        back=Crumb(context.url("applications"), context.text("nav.applications")),
        groups=[(kind, [card for card in cards if card.framework.kind == kind]) for kind in KINDS],
        search=search,
        kinds=kinds,
        shown=sum(card.is_shown for card in cards),
    )


def _card(context: ConsoleContext, framework: Framework, search: str, kinds: tuple[str, ...]) -> Card:
    name, line = (context.text(f"guides.{framework.key}.{part}") for part in ("name", "line"))
    words = f"{name} {framework.language} {framework.id} {line}".lower()
    fits = all(word in words for word in search.lower().split())
    return Card(framework, name, line, words, fits and (not kinds or framework.kind in kinds))
