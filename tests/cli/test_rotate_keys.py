"""`narthex rotate-keys`."""

import re

from tests.fixtures.command import Command


def test_the_next_key_takes_over_and_another_follows(narthex: Command) -> None:
    narthex("init")
    result = narthex("rotate-keys", "--algorithm", "RS256")
    assert result.exit_code == 0, result.output
    assert re.fullmatch(
        r"The key [\w-]{43} of default signs from 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00\.\n", result.output
    )
    again = narthex("rotate-keys")
    assert again.exit_code == 1
    assert "rotate again once it signs" in again.output
    other = narthex("rotate-keys", "--tenant", "admin")
    assert other.exit_code == 0


def test_what_cannot_be_rotated_is_a_sentence(narthex: Command) -> None:
    narthex("init")
    assert "There is no tenant 'acme'" in narthex("rotate-keys", "--tenant", "acme").output
    assert "HS256 is not one of ES256" in narthex("rotate-keys", "--algorithm", "HS256").output


def test_a_key_that_some_sdks_cannot_read_is_asked_for_twice(narthex: Command) -> None:
    narthex("init")
    refused = narthex("rotate-keys", "--algorithm", "EdDSA")
    assert refused.exit_code == 1
    assert "--even-eddsa" in refused.stderr
    assert narthex("rotate-keys", "--algorithm", "EdDSA", "--even-eddsa").exit_code == 0
