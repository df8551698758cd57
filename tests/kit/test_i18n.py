"""The reader's language is found, and a phrase says what it should in it."""

from pathlib import Path

import pytest

from narthex.kit.i18n import Catalogue, direction, fill, negotiate, parse_accept_language, read_phrases

MINUTES = "{count, plural, one {# minute} other {# minutes}}"


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(
        {
            "en": {"hello": "Hello, {name}", "wait": f"Wait {MINUTES}.", "only": "English only"},
            "pt": {"hello": "Olá, {name}", "wait": "Espere."},
            "pt-BR": {"hello": "Oi, {name}"},
        }
    )


@pytest.mark.parametrize(
    ("language", "text"), [("pt-BR", "Oi, Ada"), ("pt-br", "Oi, Ada"), ("pt-PT", "Olá, Ada"), ("ja", "Hello, Ada")]
)
def test_a_language_falls_back_to_its_base_then_to_the_source(catalogue: Catalogue, language: str, text: str) -> None:
    assert catalogue.text(language, "hello", name="Ada") == text


def test_each_phrase_falls_back_by_itself(catalogue: Catalogue) -> None:
    assert catalogue.text("pt-BR", "wait") == "Espere."
    assert catalogue.text("pt-BR", "only") == "English only"


def test_a_key_that_no_language_has_is_an_error(catalogue: Catalogue) -> None:
    assert "hello" in catalogue
    assert "bye" not in catalogue
    with pytest.raises(KeyError, match="bye"):
        catalogue.text("en", "bye")


def test_custom_phrases_stand_before_built_in_ones_and_may_add_a_language(catalogue: Catalogue) -> None:
    custom = catalogue.customised({"PT-br": {"only": "Só aqui"}, "de": {"hello": "Hallo, {name}"}})
    assert custom.languages == ("en", "pt", "pt-BR", "de")
    assert custom.text("pt-BR", "only") == "Só aqui"
    assert custom.text("pt-BR", "hello", name="Ada") == "Oi, Ada"
    assert custom.text("de", "hello", name="Ada") == "Hallo, Ada"
    assert catalogue.text("de", "hello", name="Ada") == "Hello, Ada"


def test_own_phrases_have_no_fallback(catalogue: Catalogue) -> None:
    assert catalogue.own("PT-BR", "hello") == "Oi, {name}"
    assert catalogue.own("pt-BR", "only") is None
    assert catalogue.own("ja", "hello") is None


@pytest.mark.parametrize(("count", "text"), [(1, "Wait 1 minute."), (0, "Wait 0 minutes."), (12, "Wait 12 minutes.")])
def test_a_count_chooses_its_form(catalogue: Catalogue, count: int, text: str) -> None:
    assert catalogue.text("en", "wait", count=count) == text


@pytest.mark.parametrize(("count", "text"), [(1, "1 plik"), (3, "3 pliki"), (5, "5 plików")])
def test_a_count_follows_the_rules_of_the_language(count: int, text: str) -> None:
    phrase = "{count, plural, one {# plik} few {# pliki} other {# plików} many {# plików}}"
    assert fill("pl", phrase, {"count": count}) == text


def test_a_form_that_is_not_there_is_the_other_one() -> None:
    assert fill("pl", MINUTES, {"count": 3}) == "3 minutes"
    assert fill("tlh-unknown", MINUTES, {"count": 1}) == "1 minutes"
    assert fill("en", MINUTES, {"count": "many"}) == "many minutes"


def test_a_place_without_a_value_stays_as_it_is() -> None:
    assert fill("en", "Hello, {name} and {other}", {"name": "Ada"}) == "Hello, Ada and {other}"


def test_a_value_is_never_read_as_a_phrase() -> None:
    assert fill("en", "{a} {b}", {"a": "{b}", "b": "{a.__class__}"}) == "{b} {a.__class__}"
    assert fill("en", "{a.__class__} {0} {}", {"a": 1}) == "{a.__class__} {0} {}"


def test_values_and_words_are_escaped_alike() -> None:
    def shout(value: object) -> str:
        return str(value).upper()

    assert fill("en", f"wait, {{name}}: {MINUTES}", {"name": "ada", "count": 2}, shout) == "WAIT, ADA: 2 MINUTES"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["ja"], "ja"),
        (["JA-jp"], "ja"),
        (["zh-Hant-TW"], "zh-Hant"),
        (["pt"], "pt-BR"),
        (["pt-PT"], "pt-BR"),
        (["xx", "en-GB"], "en"),
        (["xx"], None),
        ([""], None),
        ([], None),
    ],
)
def test_the_first_servable_wish_wins(wanted: list[str], found: str | None) -> None:
    assert negotiate(wanted, ["en", "ja", "pt-BR", "zh-Hant"]) == found


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("ja", ["ja"]),
        ("en-US,en;q=0.5,ja;q=0.9", ["en-US", "ja", "en"]),
        ("fr, de", ["fr", "de"]),
        ("*, en;q=0, ja;q=0.1", ["ja"]),
        ("en;q=x, ja; q=1.0, <script>, ;;,", ["ja"]),
        ("en;q=nan", []),
        ("", []),
    ],
)
def test_the_browsers_wishes_come_best_first(header: str, languages: list[str]) -> None:
    assert parse_accept_language(header) == languages


def test_an_endless_header_is_cut() -> None:
    assert len(parse_accept_language("en," * 100_000)) < 400


@pytest.mark.parametrize(
    ("language", "found"),
    [
        ("en", "ltr"),
        ("ar", "rtl"),
        ("fa-IR", "rtl"),
        ("HE", "rtl"),
        ("az-Arab", "rtl"),
        ("ar-Latn", "ltr"),
        ("zh-Hant", "ltr"),
    ],
)
def test_the_direction_follows_the_script(language: str, found: str) -> None:
    assert direction(language) == found


def test_phrases_are_read_from_their_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "shop" / "phrases"
    folder.mkdir(parents=True)
    (tmp_path / "shop" / "__init__.py").write_text("")
    (folder / "en.json").write_text('{"a": "A"}')
    (folder / "ja.json").write_text('{"a": "あ"}', encoding="utf-8")
    (folder / "README.md").write_text("not phrases")
    monkeypatch.syspath_prepend(tmp_path)
    assert read_phrases("shop") == {"en": {"a": "A"}, "ja": {"a": "あ"}}
