"""The phrases of the console, in the operator's language."""

from functools import cache

from narthex.kit.i18n import Catalogue, negotiate, parse_accept_language, read_phrases
from narthex.tenants.request import Request

LANGUAGE_COOKIE = "console-language"


@cache
def catalogue() -> Catalogue:
    """All phrases of the console, one folder a language."""
    return Catalogue(read_phrases("narthex.console"))


def language_of(request: Request) -> str:
    """The language that was chosen in the account menu, else the browser's first that the console speaks."""
    chosen = request.cookie(LANGUAGE_COOKIE) or ""
    wanted = [chosen, *parse_accept_language(request.header(b"accept-language") or "")]
    return negotiate([tag for tag in wanted if tag], catalogue().languages) or catalogue().source
