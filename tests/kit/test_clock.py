"""Clocks: the machine's, one that follows a database, one that a test moves."""

import time

from narthex.kit.clock import Clock, ManualClock, SystemClock


def test_the_system_clock_tells_milliseconds_since_the_epoch() -> None:
    before = int(time.time() * 1000)
    now = SystemClock().now()
    assert before - 1 <= now <= int(time.time() * 1000) + 1


def test_an_offset_moves_the_system_clock() -> None:
    assert abs(SystemClock(60_000).now() - SystemClock().now() - 60_000) < 1_000


def test_a_clock_that_follows_the_database_agrees_with_it() -> None:
    clock = SystemClock()
    clock.follow(1_000_000)
    assert 1_000_000 <= clock.now() < 1_001_000


def test_a_manual_clock_stands_still_until_it_is_moved() -> None:
    clock = ManualClock()
    start = clock.now()
    assert clock.now() == start
    clock.advance(milliseconds=1, seconds=1, minutes=1, hours=1, days=1)
    assert clock.now() - start == 1 + 1_000 + 60_000 + 3_600_000 + 86_400_000
    clock.advance(seconds=-0.5)
    assert clock.now() - start == 90_061_001 - 500


def test_a_part_of_a_second_is_rounded_to_milliseconds() -> None:
    clock = ManualClock(0)
    clock.advance(seconds=0.0015)
    assert clock.now() == 2


def test_both_are_clocks() -> None:
    clocks: list[Clock] = [SystemClock(), ManualClock(5)]
    assert clocks[1].now() == 5
