"""Argon2id, judged by another implementation's format and by its own cost."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from narthex.credentials.password_hash import DECOY_HASH, hash_password, verify_password

SALT = b"0123456789abcdef"


@pytest.mark.parametrize("password", ["a", "correct horse battery staple", "пароль", "🔑" * 20, "x" * 4096, "\x00\x01"])
def test_a_password_belongs_to_its_hash_alone(password: str) -> None:
    phc = hash_password(password, SALT)
    assert phc.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify_password(password, phc)
    assert not verify_password(password + " ", phc)
    assert not verify_password(password.upper() + "x", phc)


def test_the_salt_makes_the_difference() -> None:
    assert hash_password("same", SALT) != hash_password("same", SALT[::-1])
    assert hash_password("same", SALT) == hash_password("same", SALT)


@pytest.mark.parametrize("password", ["", "\x00", "narthex-decoy", "decoy", "A" * 43])
def test_nothing_belongs_to_the_decoy(password: str) -> None:
    assert not verify_password(password, DECOY_HASH)


@pytest.mark.long
def test_hashes_in_threads_do_not_disturb_each_other() -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda number: hash_password(f"password {number}", SALT), range(40)))
        checked = list(threads.map(lambda number: verify_password(f"password {number}", made[number]), range(40)))
    assert all(checked)
    assert len(set(made)) == 40
