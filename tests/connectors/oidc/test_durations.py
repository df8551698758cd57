"""Lengths of time as operators write them."""

import math

import pytest

from narthex.connectors.oidc.durations import seconds


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (5, 5),
        (0, 0),
        (1.4, 1),
        ("5", 5),
        ("5s", 5),
        ("5 s", 5),
        ("+5s", 5),
        ("+ 5s", 5),
        ("5s from now", 5),
        ("5sec", 5),
        ("5 secs", 5),
        ("1 second", 1),
        ("5 Seconds", 5),
        ("1m", 60),
        ("1 min", 60),
        ("2 mins", 120),
        ("1 minute", 60),
        ("1.5m", 90),
        ("2 minutes", 120),
        ("1h", 3_600),
        ("1 hr", 3_600),
        ("2 hrs", 7_200),
        ("2 hours", 7_200),
        ("1d", 86_400),
        ("2 days", 172_800),
        ("1w", 604_800),
        ("2 weeks", 1_209_600),
        ("1y", 31_557_600),
        ("1 yr", 31_557_600),
        ("2 yrs", 63_115_200),
        ("2 YEARS", 63_115_200),
    ],
    ids=repr,
)
def test_a_length_is_read_in_seconds(given: object, expected: int) -> None:
    assert seconds(given) == expected


@pytest.mark.parametrize(
    "given",
    [
        *(
            "",
            " ",
            "abc",
            "s",
            "5x",
            "5 months",
            "5s ago",
            "-5s",
            "- 5s",
            "+5s from now",
            "5s5s",
            "5,5s",
            "5..5s",
            ".5s",
        ),
        *("5s\n", " 5s", "5  s", "٥s", "0x5s", "5e3s", "1" * 65 + "s", "NaN"),
        *(-1, -0.5, math.nan, math.inf, True, False, None, [5], {"s": 5}, b"5s"),
    ],
    ids=repr,
)
def test_what_is_no_length_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        seconds(given)
