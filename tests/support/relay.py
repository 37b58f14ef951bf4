"""A cable between a browser and a server that a test can pull."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Relay:
    """Listens on ``port`` and passes everything on. ``heard``: the head of every request that began a connection's
    bytes, for what a browser said when it came back."""

    port: int
    heard: list[bytes] = field(default_factory=list)
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_cut: bool = False

    def cut(self) -> None:
        """Break every connection, and each new one until ``mend``."""
        with self._lock:
            self._is_cut = True
            ended, self._open = self._open, set()
        for one in ended:
            _end(one)

    def mend(self) -> None:
        """New connections reach the server again."""
        with self._lock:
            self._is_cut = False

    def serve(self, listener: socket.socket, target: int) -> None:
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            with self._lock:
                if self._is_cut:
                    _end(near)
                    continue
                far = socket.create_connection(("127.0.0.1", target))
                self._open |= {near, far}
            for source, sink, keep in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._pass, args=(source, sink, keep), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, keep: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if keep:
                    self.heard.append(data[:4096])
                sink.sendall(data)
        for one in (source, sink):
            _end(one)


@contextmanager
def relayed(target: int) -> Iterator[Relay]:
    """A relay to a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = Relay(port=listener.getsockname()[1])
        thread = threading.Thread(target=relay.serve, args=(listener, target), daemon=True)
        thread.start()
        yield relay
        listener.shutdown(socket.SHUT_RDWR)
        relay.cut()
        thread.join(5)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
