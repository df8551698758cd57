"""Random values: their alphabets and lengths, that no character is favoured, and that tests can repeat them."""

import re
from collections import Counter

import pytest

from narthex.kit.randomness import IDENTIFIER_ALPHABET, SECRET_ALPHABET, Randomness, SeededRandomness


@pytest.fixture(params=[Randomness(), SeededRandomness(1)], ids=["system", "seeded"])
def randomness(request: pytest.FixtureRequest) -> Randomness:
    source: Randomness = request.param
    return source


def test_a_token_is_base64url_of_32_bytes(randomness: Randomness) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", randomness.token())
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", randomness.token(16))


@pytest.mark.parametrize("length", [0, 1, 12, 21, 1000])
def test_identifiers_and_secrets_have_the_length_and_alphabet_asked_for(randomness: Randomness, length: int) -> None:
    assert re.fullmatch(rf"[0-9a-z]{{{length}}}", randomness.identifier(length))
    assert re.fullmatch(rf"[0-9a-zA-Z]{{{length}}}", randomness.secret(length))


def test_the_usual_lengths() -> None:
    assert len(Randomness().identifier()) == 21
    assert len(Randomness().secret()) == 32


def test_no_two_are_alike() -> None:
    source = Randomness()
    assert len({source.token() for _ in range(1_000)}) == 1_000
    assert len({source.identifier() for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize(
    ("spell", "alphabet"),
    [(SeededRandomness(7).identifier, IDENTIFIER_ALPHABET), (SeededRandomness(7).secret, SECRET_ALPHABET)],
)
def test_every_character_is_equally_likely(spell, alphabet: str) -> None:  # type: ignore[no-untyped-def]
    size = 200_000
    counts = Counter(spell(size))
    assert set(counts) == set(alphabet)
    expected = size / len(alphabet)
    # `byte % 36` without rejection would favour four characters by 14 %; six standard deviations are about 8 %.
    assert all(abs(count - expected) < 6 * expected**0.5 for count in counts.values())


def test_a_source_that_only_gives_unfair_bytes_is_asked_again() -> None:
    class Stubborn(Randomness):
        rounds = 0

        def bytes(self, size: int) -> bytes:
            self.rounds += 1
            return b"\xff" * size if self.rounds < 4 else bytes(size)

    source = Stubborn()
    assert source.identifier(5) == "00000"
    assert source.rounds == 4


def test_a_seed_repeats_itself() -> None:
    first, second, other = SeededRandomness("a"), SeededRandomness("a"), SeededRandomness("b")
    assert [first.token(), first.identifier()] == [second.token(), second.identifier()]
    assert SeededRandomness("a").token() != other.token()


def test_bytes() -> None:
    assert len(Randomness().bytes(7)) == 7
