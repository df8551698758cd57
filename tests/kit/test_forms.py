"""Forms are read strictly: every value once decoded, and nothing that an honest client does not send."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from narthex.kit.forms import FIELD_LIMIT, Form, FormInvalid, check_form_token, form_token

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def test_a_form_gives_first_values_and_all_values() -> None:
    form = Form.parse(b"a=1&b=two+words&a=%C3%A9&empty=&bare")
    assert form.get("a") == "1"
    assert form.all("a") == ("1", "é")
    assert form.get("b") == "two words"
    assert (form.get("empty"), form.get("bare"), form.get("c")) == ("", "", None)
    assert form.all("c") == ()
    assert form.repeated() == ("a",)
    assert form.names() == ("a", "b", "empty", "bare")
    assert "bare" in form
    assert "c" not in form


def test_a_value_may_hold_an_equals_sign() -> None:
    assert Form.parse("token=a=b==").get("token") == "a=b=="


def test_nothing_is_an_empty_form() -> None:
    assert Form.parse(b"").names() == Form.parse("").names() == Form.parse("&&").names() == ()


@given(st.lists(st.tuples(TEXT, TEXT), max_size=8))
def test_what_was_encoded_comes_back(pairs: list[tuple[str, str]]) -> None:
    wanted = sorted(pairs)
    assert sorted(Form.parse(urlencode(pairs)).pairs()) == wanted
    assert sorted(Form.parse(urlencode(pairs).encode()).pairs()) == wanted


@given(st.text(alphabet="ab&=+%2;é", max_size=20))
def test_every_text_is_read_as_the_standard_library_reads_it(text: str) -> None:
    try:
        expected = parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(FormInvalid):
            Form.parse(text)
    else:
        assert sorted(Form.parse(text).pairs()) == sorted(expected)


@pytest.mark.parametrize("raw", [b"a=%00", b"a=\0", b"%00=a", b"a=b&c=d%00e"])
def test_a_nul_byte_is_refused(raw: bytes) -> None:
    with pytest.raises(FormInvalid, match="invalid_form"):
        Form.parse(raw)


@pytest.mark.parametrize("raw", [b"a=%ff", b"a=\xff", b"%c3=a", b"a=%ed%a0%80", "a=\ud800"])
def test_bad_utf_8_is_refused(raw: bytes | str) -> None:
    with pytest.raises(FormInvalid) as refused:
        Form.parse(raw)
    assert (refused.value.status, refused.value.text) == (400, "The request is not valid UTF-8.")


def test_a_thousand_fields_are_taken_and_one_more_is_refused() -> None:
    assert len(Form.parse(b"&".join([b"a=1"] * FIELD_LIMIT)).all("a")) == FIELD_LIMIT
    with pytest.raises(FormInvalid):
        Form.parse(b"&".join([b"a=1"] * (FIELD_LIMIT + 1)))


def test_a_json_object_stands_for_a_form() -> None:
    form = Form.of({"a": "1", "n": 5, "many": ["x", "y"], "none": None})
    assert (form.get("a"), form.get("n"), form.all("many"), form.get("none")) == ("1", "5", ("x", "y"), None)
    assert form.repeated() == ("many",)
    with pytest.raises(FormInvalid):
        Form.of({"a": "x\0"})
    with pytest.raises(FormInvalid):
        Form.of({"a": ["x"] * (FIELD_LIMIT + 1)})


def test_a_form_in_a_log_shows_no_value() -> None:
    assert repr(Form.parse("password=hush&code=xyz")) == "Form(password, code)"


def test_a_form_token_belongs_to_one_browser_and_one_purpose() -> None:
    token = form_token("cookie", "sign-in")
    assert len(token) == 43
    assert check_form_token("cookie", "sign-in", token)
    assert not check_form_token("another", "sign-in", token)
    assert not check_form_token("cookie", "consent", token)


@pytest.mark.parametrize("value", [None, "", "é", "x" * 43])
def test_a_wrong_form_token_is_refused(value: str | None) -> None:
    assert not check_form_token("cookie", "sign-in", value)


def test_without_a_cookie_no_form_token_is_right() -> None:
    assert not check_form_token("", "sign-in", form_token("", "sign-in"))
