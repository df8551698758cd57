"""Code of a guide as a page shows it: coloured, with the application's own values marked and its secret masked."""

import re
from functools import cache
from importlib import resources

from markupsafe import Markup, escape
from msgspec import Struct

from narthex.console.pages.applications.steps import Code
from narthex.console.pages.applications.values import MASK, GuideValues

# Stands in the code where the application has no secret that holds.
NO_SECRET = "replace-with-your-app-secret"
PLACE = re.compile(r"%(\w+)%")
QUOTED = r"f?\"[^\"\n]*\"|f?'[^'\n]*'|`[^`\n]*`"
WORDS = {
    "py": "async|await|class|def|except|from|if|import|in|is|for|not|or|raise|return|self|try|with|None|False|True",
    "js": "async|await|const|default|export|from|function|if|import|new|return|true|false",
    "sh": "cd",
}
COMMENTS = {"py": r"#[^\n]*", "js": r"//[^\n]*", "sh": r"(?<!\S)#[^\n]*"}


class Snippet(Struct, frozen=True):
    """A block of code. `secret_key` is the id of the masked secret in it, `plain` the code with the secret in place."""

    key: str
    name: str
    markup: Markup
    secret_key: str | None
    plain: str


def snippet(code: Code, key: str, values: GuideValues, *, shows_secret: bool) -> Snippet:
    """The code with the values of an application; `key` is an id of the page's own."""
    source, secret = _source(code.file), values.secret or NO_SECRET
    written = values.written | {"secret": secret}
    has_secret = values.secret is not None and "%secret%" in source
    marked = {name: Markup("<mark>{}</mark>").format(value) for name, value in written.items()}
    if has_secret and not shows_secret:
        marked["secret"] = Markup('<mark id="{}" data-secret="{}">{}</mark>').format(
            f"{key}-secret", secret, f"{MASK}{secret[-4:]}"
        )
    return Snippet(
        key=key,
        name=code.name,
        markup=_filled(_coloured(source, code.language), marked),
        secret_key=f"{key}-secret" if has_secret and not shows_secret else None,
        plain=PLACE.sub(lambda match: written[match[1]], source),
    )


def prose(text: str) -> Markup:
    """Text in which `backticks` mark code."""
    words = text.split("`")
    marked = (
        Markup('<code class="in">{}</code>').format(word) if at % 2 else escape(word) for at, word in enumerate(words)
    )
    return Markup("").join(marked)


@cache
def _source(file: str) -> str:
    text = (resources.files("narthex.console") / "snippets" / file).read_text("utf-8")
    return text.rstrip("\n")


@cache
def _coloured(source: str, language: str) -> Markup:
    """Comments in `<i>`, texts in `<s>`, words of the language in `<b>`, what is called or decorates in `<u>`."""
    pattern = (
        rf"(?P<s>{QUOTED})|(?P<i>{COMMENTS[language]})|(?P<b>\b(?:{WORDS[language]})\b)|(?P<u>@[\w.]+|\b\w+(?=\())"
    )
    parts: list[Markup] = []
    end = 0
    for match in re.finditer(pattern, source):
        parts.append(escape(source[end : match.start()]))
        parts.append(Markup("<{0}>{1}</{0}>").format(match.lastgroup, match[0]))
        end = match.end()
    return Markup("").join((*parts, escape(source[end:])))


def _filled(coloured: Markup, marked: dict[str, Markup]) -> Markup:
    # Both the code and what is put into it were escaped before.
    return Markup(PLACE.sub(lambda match: marked[match[1]], coloured))  # noqa: S704
