"""Texts in the reader's language: phrase catalogues, the choice of a language, and the direction it is written in."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Protocol

Phrases = Mapping[str, str]

_PLACE = re.compile(r"\{(\w+)(?:, *plural, *((?:\w+ *\{[^{}]*\} *)+))?\}")
_ARM = re.compile(r"(\w+) *\{([^{}]*)\}")
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_RIGHT_TO_LEFT = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"])
_LONGEST_HEADER = 1000


class Catalogue:
    """Phrases by language and key; a language falls back to its base (`pt-BR` to `pt`), then to the source language."""

    def __init__(self, phrases: Mapping[str, Phrases], source: str = "en") -> None:
        self.languages = tuple(phrases)
        self.source = source
        self._phrases = {tag.lower(): MappingProxyType(dict(texts)) for tag, texts in phrases.items()}

    def __contains__(self, key: str) -> bool:
        return key in self._phrases[self.source]

    def keys(self, language: str) -> tuple[str, ...]:
        """The keys of exactly this language, in their order."""
        return tuple(self._phrases.get(language.lower(), ()))

    def phrase(self, language: str, key: str) -> str:
        """The phrase as it was written, with its places unfilled; KeyError for a key that no language has."""
        found = next((texts[key] for texts in self._fallbacks(language) if key in texts), None)
        if found is None:
            raise KeyError(f"no phrase {key!r}")
        return found

    def text(self, language: str, key: str, /, **values: object) -> str:
        """The phrase with its places filled; KeyError for a key that no language has."""
        return fill(language, self.phrase(language, key), values)

    def own(self, language: str, key: str) -> str | None:
        """The phrase of exactly this language, without any fallback."""
        texts = self._phrases.get(language.lower())
        return texts.get(key) if texts else None

    def customised(self, overrides: Mapping[str, Phrases]) -> "Catalogue":
        """A catalogue in which these phrases stand before the ones of this; it may add languages."""
        merged = {tag: dict(self._phrases[tag.lower()]) for tag in self.languages}
        spelled = {tag.lower(): tag for tag in self.languages}
        for tag, texts in overrides.items():
            merged.setdefault(spelled.get(tag.lower(), tag), {}).update(texts)
        return Catalogue(merged, self.source)

    def _fallbacks(self, language: str) -> Iterable[Phrases]:
        for tag in (*_shortened(language.lower()), self.source):
            if tag in self._phrases:
                yield self._phrases[tag]


class _Escapes(Protocol):
    def __call__(self, value: object, /) -> str: ...


def fill(language: str, phrase: str, values: Mapping[str, object], escape: _Escapes = str) -> str:
    """Fill the places of a phrase.

    `{name}` stands for a value and `{count, plural, one {# key} other {# keys}}` for the arm that the language's rules
    choose. A place without a value stays as it is, and a value is never read as a phrase: tenants write phrases too.
    `escape` turns values and the words between them into text that is safe where the phrase goes.
    """
    parts: list[str] = []
    end = 0
    for match in _PLACE.finditer(phrase):
        parts += escape(phrase[end : match.start()]), _place(language, match, values, escape)
        end = match.end()
    return "".join((*parts, escape(phrase[end:])))


def read_phrases(package: str, folder: str = "phrases") -> dict[str, dict[str, str]]:
    """The phrases that a package carries: a JSON object of texts for each language, or a folder of them, by its tag."""
    entries = sorted((resources.files(package) / folder).iterdir(), key=lambda entry: entry.name)
    languages = [entry for entry in entries if entry.is_dir() or entry.name.endswith(".json")]
    return {entry.name.removesuffix(".json"): _phrases_in(entry) for entry in languages if entry.name[0] != "_"}


def _phrases_in(entry: Traversable) -> dict[str, str]:
    files = sorted(entry.iterdir(), key=lambda file: file.name) if entry.is_dir() else [entry]
    return {key: text for file in files for key, text in json.loads(file.read_bytes()).items()}


def negotiate(wanted: Sequence[str], available: Sequence[str]) -> str | None:
    """The available language that serves the first servable wish: itself, a shorter form of it (RFC 4647 section 3.4),
    or else another region of the same language."""
    offered = {tag.lower(): tag for tag in available}
    for wish in wanted:
        forms = _shortened(wish.lower())
        kin = (tag for tag in offered if forms and tag.split("-")[0] == forms[-1])
        found = next((form for form in forms if form in offered), None) or next(kin, None)
        if found:
            return offered[found]
    return None


def parse_accept_language(header: str) -> list[str]:
    """The languages of an Accept-Language header (RFC 9110 section 12.5.4), best first, without what is malformed."""
    wishes: list[tuple[float, str]] = []
    for part in header[:_LONGEST_HEADER].split(","):
        tag, _, parameters = part.strip().partition(";")
        weight = _weight(parameters)
        if weight > 0 and _TAG.fullmatch(tag.strip()):
            wishes.append((weight, tag.strip()))
    return [tag for _, tag in sorted(wishes, key=lambda wish: -wish[0])]


def direction(language: str) -> str:
    """How the language is written: "ltr" or "rtl"."""
    tag = language.lower()
    script = next((part for part in tag.split("-")[1:] if len(part) == 4 and part.isalpha()), None)
    if script and script not in {"arab", "hebr"}:
        return "ltr"
    return "rtl" if script or tag.split("-")[0] in _RIGHT_TO_LEFT else "ltr"


def _shortened(tag: str) -> list[str]:
    parts = [part for part in tag.replace("_", "-").split("-") if part]
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def _place(language: str, match: re.Match[str], values: Mapping[str, object], escape: _Escapes) -> str:
    name, arms = match.groups()
    if name not in values:
        return escape(match[0])
    value = escape(values[name])
    if arms is None:
        return value
    return value.join(escape(piece) for piece in _arm(language, arms, values[name]).split("#"))


def _arm(language: str, arms: str, value: object) -> str:
    forms: dict[str, str] = dict(_ARM.findall(arms))
    form = _plural_form(language, value) if isinstance(value, int) else "other"
    return forms.get(form, forms.get("other", ""))


def _plural_form(language: str, count: int) -> str:
    if language == "en":
        return "one" if count == 1 else "other"
    return _plural_rule(language)(count)


class _PluralRule(Protocol):
    def __call__(self, count: int, /) -> str: ...


@lru_cache(maxsize=64)
def _plural_rule(language: str) -> _PluralRule:
    # Babel costs 40 ms to import, so it waits until a language other than English counts something.
    from babel import Locale, UnknownLocaleError

    try:
        rule: _PluralRule = Locale.parse(language, sep="-").plural_form
    except (UnknownLocaleError, ValueError):
        return lambda count: "other"
    return rule
