"""Counters and histograms of one server, in plain dictionaries; prometheus_client is imported when they are read.

Recording is a dictionary update, so it costs a request next to nothing and the start nothing at all. Call it from the
event loop. Labels are bounded: the values after the first `SERIES_LIMIT` combinations are counted together as "other".
"""

import os
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from prometheus_client import Metric

SERIES_LIMIT = 500
OTHER = "other"
DURATION_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Counter:
    """A number that only grows, per combination of label values."""

    def __init__(self, name: str, what: str, labels: Sequence[str]) -> None:
        self.name = name
        self.what = what
        self.labels = tuple(labels)
        self.series: dict[tuple[str, ...], float] = {}

    def add(self, *values: str, amount: float = 1) -> None:
        """Add to the series of these label values, which come in the order of `labels`."""
        key = _bounded(self.series, self.labels, values)
        self.series[key] = self.series.get(key, 0) + amount

    def collect(self) -> "Metric":
        """What prometheus_client prints."""
        from prometheus_client.core import CounterMetricFamily

        family = CounterMetricFamily(self.name, self.what, labels=self.labels)
        for key, value in self.series.items():
            family.add_metric(key, value)
        return family


class Histogram:
    """How many values fell under each bound, per combination of label values; durations are in seconds."""

    def __init__(self, name: str, what: str, labels: Sequence[str], buckets: Sequence[float]) -> None:
        self.name = name
        self.what = what
        self.labels = tuple(labels)
        self.buckets = tuple(sorted(map(float, buckets)))
        # Per series: one count for each bound, one for what is above all, and the sum at the end.
        self.series: dict[tuple[str, ...], list[float]] = {}

    def observe(self, value: float, *values: str) -> None:
        """Count `value` in the series of these label values, which come in the order of `labels`."""
        key = _bounded(self.series, self.labels, values)
        counts = self.series.get(key)
        if counts is None:
            counts = self.series[key] = [0] * (len(self.buckets) + 2)
        counts[bisect_left(self.buckets, value)] += 1
        counts[-1] += value

    def collect(self) -> "Metric":
        """What prometheus_client prints."""
        from prometheus_client.core import HistogramMetricFamily

        family = HistogramMetricFamily(self.name, self.what, labels=self.labels)
        bounds = [*(str(bound) for bound in self.buckets), "+Inf"]
        for key, counts in self.series.items():
            family.add_metric(key, list(zip(bounds, _running_totals(counts[:-1]), strict=True)), counts[-1])
        return family


class Gauge:
    """A number that is read when somebody asks."""

    def __init__(self, name: str, what: str, read: Callable[[], float]) -> None:
        self.name = name
        self.what = what
        self.read = read

    def collect(self) -> "Metric":
        """What prometheus_client prints."""
        from prometheus_client.core import GaugeMetricFamily

        return GaugeMetricFamily(self.name, self.what, value=self.read())


Instrument = TypeVar("Instrument", Counter, Histogram, Gauge)


class Metrics:
    """The instruments of one server; two servers in one process share none."""

    def __init__(self) -> None:
        self._instruments: dict[str, Counter | Histogram | Gauge] = {}
        self.gauge("process_resident_memory_bytes", "Memory that the process holds.", _resident_bytes)
        self.gauge("process_cpu_seconds_total", "User and system CPU time.", lambda: sum(os.times()[:2]))

    def counter(self, name: str, what: str, labels: Sequence[str] = ()) -> Counter:
        """A new counter, printed as `<name>_total`; raises ValueError for a name that is taken."""
        return self._keep(name, Counter(name, what, labels))

    def histogram(
        self, name: str, what: str, labels: Sequence[str] = (), buckets: Sequence[float] = DURATION_BUCKETS
    ) -> Histogram:
        """A new histogram; raises ValueError for a name that is taken."""
        return self._keep(name, Histogram(name, what, labels, buckets))

    def gauge(self, name: str, what: str, read: Callable[[], float]) -> Gauge:
        """A new gauge over `read`; raises ValueError for a name that is taken."""
        return self._keep(name, Gauge(name, what, read))

    def render(self) -> bytes:
        """Everything in the Prometheus text format (`CONTENT_TYPE`)."""
        from prometheus_client import CollectorRegistry, generate_latest

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> "Iterator[Metric]":
        """The families, as a collector of prometheus_client gives them."""
        return (instrument.collect() for instrument in self._instruments.values())

    def _keep(self, name: str, instrument: Instrument) -> Instrument:
        if name in self._instruments:
            raise ValueError(f"The metric {name} exists already.")
        self._instruments[name] = instrument
        return instrument


def _bounded(
    series: dict[tuple[str, ...], float] | dict[tuple[str, ...], list[float]],
    labels: tuple[str, ...],
    values: tuple[str, ...],
) -> tuple[str, ...]:
    if values in series:
        return values
    if len(values) != len(labels):
        raise ValueError(f"{len(labels)} label values are wanted, not {len(values)}.")
    return values if len(series) < SERIES_LIMIT else (OTHER,) * len(labels)


def _running_totals(counts: Iterable[float]) -> Iterator[float]:
    total = 0.0
    for count in counts:
        total += count
        yield total


def _resident_bytes() -> float:
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0.0
