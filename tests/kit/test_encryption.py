"""Sealed values open only with their key and in their context; the key file is whole, private and made once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from narthex.kit.encryption import (
    Cipher,
    KeyFileInvalid,
    SealBroken,
    decode_key,
    generate_key,
    load_or_create_key,
)

CIPHER = Cipher(bytes(range(32)))


@given(st.binary(max_size=200), st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20))
def test_what_was_sealed_opens_in_its_context(plain: bytes, context: str) -> None:
    assert CIPHER.open(CIPHER.seal(plain, context), context) == plain


def test_a_sealed_value_says_nothing_and_never_repeats() -> None:
    first, second = CIPHER.seal(b"secret", "c"), CIPHER.seal(b"secret", "c")
    assert first != second
    assert first.startswith("v1.")
    assert "secret" not in first


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "v1.",
        "v1.AAAA",
        "v2." + CIPHER.seal(b"x", "c")[3:],
        CIPHER.seal(b"x", "c")[:-4],
        CIPHER.seal(b"x", "c") + "A",
        CIPHER.seal(b"x", "c").replace(".", ".*", 1),
        "v1.ä",
        Cipher(bytes(32)).seal(b"x", "c"),
        CIPHER.seal(b"x", "another context"),
    ],
    # Seals are random, and a test has one name in every process.
    ids=range(10),
)
def test_everything_else_is_broken(broken: str) -> None:
    with pytest.raises(SealBroken):
        CIPHER.open(broken, "c")


def test_every_changed_character_breaks_the_seal() -> None:
    sealed = CIPHER.seal(b"0123456789", "c")
    for place in range(3, len(sealed)):
        changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        with pytest.raises(SealBroken):
            CIPHER.open(changed, "c")


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_has_32_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Cipher(bytes(size))


def test_a_key_is_read_in_both_alphabets_with_or_without_padding() -> None:
    key = bytes([251, 255] * 16)
    standard = "+//7//v/+//7//v/+//7//v/+//7//v/+//7//v/+/8="
    assert decode_key(standard) == key
    assert decode_key(standard.rstrip("=")) == key
    assert decode_key(standard.replace("+", "-").replace("/", "_") + "\n") == key
    assert len(decode_key(generate_key())) == 32


def test_the_key_file_is_made_once_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "narthex.key"
    key = load_or_create_key(path)
    assert load_or_create_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: load_or_create_key(tmp_path / "narthex.key"), range(64)))
    assert len(keys) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_a_key_file_that_others_may_read_is_refused_with_the_fix(tmp_path: Path) -> None:
    path = tmp_path / "narthex.key"
    load_or_create_key(path)
    path.chmod(0o640)
    with pytest.raises(KeyFileInvalid, match=r"Run: chmod 600"):
        load_or_create_key(path)


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff\xfe", b"!" * 44])
def test_a_broken_key_file_is_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "narthex.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileInvalid, match="Restore the file"):
        load_or_create_key(path)
    assert path.read_bytes() == content
