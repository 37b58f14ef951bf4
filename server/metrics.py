"""What the server counts, in Prometheus' words; ``/metrics`` shows it."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """Counters of one application, in a registry of their own (so that two may live in one process). Thread-safe."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages = Counter(
            "anninh_messages", "Messages taken from the broker.", ["channel"], registry=self.registry
        )
        self.refused = Counter(
            "anninh_messages_refused", "Messages put in the dead letters.", ["reason"], registry=self.registry
        )
        self.repeated = Counter(
            "anninh_messages_repeated", "Event messages that were here already.", registry=self.registry
        )
        self.dropped = Counter(
            "anninh_messages_dropped",
            "Messages left to the broker and the edges because the queue was full.",
            registry=self.registry,
        )
        self.incidents = Counter("anninh_incidents", "Incidents made from events.", registry=self.registry)
        self.uploads = Counter(
            "anninh_evidence_uploads", "Evidence uploads, by outcome.", ["outcome"], registry=self.registry
        )
        self.waiting = Gauge("anninh_ingest_waiting", "Messages that wait to be written.", registry=self.registry)
        self.connected = Gauge("anninh_broker_connected", "1 while the broker is reached.", registry=self.registry)
        self.batch_s = Histogram(
            "anninh_ingest_batch_seconds",
            "Time to write and commit a batch of messages.",
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
            registry=self.registry,
        )

    def value(self, name: str) -> float:
        """What a counter or gauge without labels stands at; 0 when there is none of that name."""
        return self.registry.get_sample_value(name) or 0.0

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)
