"""Metrics: what Prometheus reads, with labels that cannot grow without bound."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from narthex.kit.metrics import SERIES_LIMIT, Metrics


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample that Prometheus would read, by name and sorted labels."""
    families = text_string_to_metric_families(metrics.render().decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_a_counter_counts_by_label() -> None:
    metrics = Metrics()
    requests = metrics.counter("narthex_requests", "Requests.", ["route", "status"])
    requests.add("token", "200")
    requests.add("token", "200", amount=2)
    requests.add('a"b\n', "400")
    read = samples(metrics)
    assert read["narthex_requests_total", (("route", "token"), ("status", "200"))] == 3
    assert read["narthex_requests_total", (("route", 'a"b\n'), ("status", "400"))] == 1


def test_a_histogram_counts_under_each_bound() -> None:
    metrics = Metrics()
    seconds = metrics.histogram("narthex_seconds", "Durations.", buckets=[1, 0.1])
    for value in (0.05, 0.1, 0.5, 7):
        seconds.observe(value)
    read = samples(metrics)
    assert read["narthex_seconds_bucket", (("le", "0.1"),)] == 2
    assert read["narthex_seconds_bucket", (("le", "1.0"),)] == 3
    assert read["narthex_seconds_bucket", (("le", "+Inf"),)] == 4
    assert read["narthex_seconds_count", ()] == 4
    assert read["narthex_seconds_sum", ()] == pytest.approx(7.65)


def test_a_gauge_is_read_when_somebody_asks() -> None:
    metrics = Metrics()
    values = iter([1.0, 2.0])
    metrics.gauge("narthex_waiting", "Waiting.", lambda: next(values))
    assert samples(metrics)["narthex_waiting", ()] == 1
    assert samples(metrics)["narthex_waiting", ()] == 2


def test_labels_are_bounded() -> None:
    metrics = Metrics()
    counter = metrics.counter("narthex_things", "Things.", ["id"])
    for number in range(SERIES_LIMIT + 100):
        counter.add(str(number))
    counter.add("0")
    assert len(counter.series) == SERIES_LIMIT + 1
    assert counter.series["other",] == 100
    assert counter.series["0",] == 2
    durations = metrics.histogram("narthex_durations", "Durations.", ["id"])
    for number in range(SERIES_LIMIT + 5):
        durations.observe(1, str(number))
    assert len(durations.series) == SERIES_LIMIT + 1


def test_a_wrong_number_of_labels_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="2 label values are wanted, not 1"):
        Metrics().counter("narthex_x", "X.", ["a", "b"]).add("1")


def test_a_name_is_taken_once() -> None:
    metrics = Metrics()
    metrics.counter("narthex_x", "X.")
    with pytest.raises(ValueError, match="exists already"):
        metrics.histogram("narthex_x", "X.")


def test_two_servers_in_one_process_share_nothing() -> None:
    first, second = Metrics(), Metrics()
    first.counter("narthex_x", "X.").add()
    assert ("narthex_x_total", ()) not in samples(second)
    assert samples(first)["process_resident_memory_bytes", ()] > 1_000_000
