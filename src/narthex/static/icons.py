"""The icon sprite, given out as inline markup: a page needs a few icons and no further request."""

import re
from functools import cache
from importlib import resources

_SYMBOL = re.compile(r'<symbol id="([\w-]+)" viewBox="([\d ]+)">(.*?)</symbol>')


@cache
def icon(name: str, kind: str = "icon") -> str:
    """The icon as an `<svg>` that assistive technology passes over, with `kind` as its class; KeyError if unknown."""
    view_box, shapes = _symbols()[name]
    return f'<svg class="{kind}" viewBox="{view_box}" aria-hidden="true">{shapes}</svg>'


@cache
def _symbols() -> dict[str, tuple[str, str]]:
    sprite = (resources.files("narthex.static") / "icons.svg").read_text()
    return {name: (view_box, shapes) for name, view_box, shapes in _SYMBOL.findall(sprite)}
