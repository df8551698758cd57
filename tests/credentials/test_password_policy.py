"""What a new password must be: every reason, and nothing but the reasons."""

import pytest

from narthex.credentials.password_policy import PasswordRejected, PasswordRules, check_password, normalise_password

NONE = PasswordRules(1, 4096, 0, no_common=False, no_runs=False, no_user_info=False)


USUAL = PasswordRules()


def reasons(password: str, rules: PasswordRules = USUAL, *user_info: str) -> list[str]:
    try:
        check_password(password, rules, user_info)
    except PasswordRejected as rejected:
        return [one.code for one in rejected.objections]
    return []


@pytest.mark.parametrize(
    "password",
    [
        "correct-Horse-42-staple",
        "wobbly kettle seven",
        "ゆきだるまとさくら餅です",
        "Zg7!kP2q",
        "a" * 3 + "-Wobbly-kettle",
    ],
)
def test_good_passwords(password: str) -> None:
    assert reasons(password) == []


@pytest.mark.parametrize(
    ("password", "rules", "expected"),
    [
        ("1234567", NONE, []),
        ("Zg7!kP2", PasswordRules(), ["too_short"]),
        ("Zg7!kP2q" * 32 + "x", PasswordRules(), ["too_long"]),
        ("Zg7!kP2q" * 32, PasswordRules(no_runs=False), []),
        ("wobblykettle", PasswordRules(kinds=2), ["character_types"]),
        ("wobblyKettle", PasswordRules(kinds=2), []),
        ("wobblyKettle7", PasswordRules(kinds=4), ["character_types"]),
        ("wobblyKettle7!", PasswordRules(kinds=4), []),
        ("aaaabbbbcccc", PasswordRules(no_common=False), ["restricted.repetition"]),
        ("abcdefghijkl", PasswordRules(no_common=False), ["restricted.sequence"]),
        ("987654321zz", PasswordRules(no_common=False), ["restricted.sequence"]),
        ("kettle of acme tea", PasswordRules(words=("ACME",)), ["restricted.words"]),
        ("kettle of tea then", PasswordRules(words=("", "acme")), []),
        ("wobbly\u200bkettle", PasswordRules(), ["unsupported_characters"]),
        ("wobbly\tkettle", PasswordRules(), ["unsupported_characters"]),
        ("wobbly\ud7a4kettle", PasswordRules(), ["unsupported_characters"]),
    ],
)
def test_each_rule_by_itself(password: str, rules: PasswordRules, expected: list[str]) -> None:
    assert reasons(password, rules) == expected


@pytest.mark.parametrize(
    "password",
    ["password", "Password1", "12345678", "qwertyuiop", "P@ssw0rd", "iloveyou2", "letmein1", "dragon123", "trustno1"],
)
def test_common_passwords_and_their_usual_variations_are_refused(password: str) -> None:
    assert "common" in reasons(password, PasswordRules(no_runs=False))
    assert reasons(password, NONE) == []


@pytest.mark.parametrize("password", ["my-ada_lovelace-pw", "xXADA_LOVELACEXx", "ada_lovelace1815!"])
def test_who_one_is_is_no_password(password: str) -> None:
    assert reasons(password, PasswordRules(), "ada_lovelace") == ["restricted.user_info"]
    assert reasons(password, PasswordRules(no_user_info=False), "ada_lovelace") == []


def test_a_short_name_is_no_reason() -> None:
    assert reasons("wobbly-kettle-ab", PasswordRules(), "ab") == []


def test_all_reasons_are_told_at_once() -> None:
    rules = PasswordRules(kinds=3, words=("aaa",))
    found = reasons("aaaaaaa\x00", rules, "aaa")
    assert found == [
        *("unsupported_characters", "character_types", "restricted.repetition"),
        *("restricted.user_info", "restricted.words", "common"),
    ]


def test_a_short_one_is_refused_as_that_and_not_as_common() -> None:
    assert reasons("dragon") == ["too_short"]


def test_it_is_judged_as_it_is_hashed() -> None:
    assert normalise_password("ｐａｓｓｗｏｒｄ") == "password"
    assert normalise_password("e\u0301") == normalise_password("\u00e9")


def test_a_refusal_speaks_the_words_of_the_wire() -> None:
    with pytest.raises(PasswordRejected) as refused:
        check_password("short", PasswordRules())
    assert (refused.value.code, refused.value.status) == ("password.rejected", 422)
    assert str({"code": "password_rejected.too_short", "interpolation": {"min": 8}}) in str(refused.value.data)
    assert "short" not in str(refused.value.data).replace("too_short", "")


def test_the_length_is_counted_in_characters() -> None:
    assert reasons("🔑🗝🚪🧷🪄🧂🪆🧭", PasswordRules()) == []
    assert "too_short" in reasons("🔑🗝🚪🧷🪄🧂🪆", PasswordRules())
