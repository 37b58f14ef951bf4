"""What a log line looks like: readable on a terminal, JSON elsewhere, never with a credential in it."""

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_CREDENTIALS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^\s/@]+@", re.IGNORECASE)
_SECRETS = re.compile(
    r"(?P<name>\b(?:password|passwd|pwd|token|secret|authorization)\b[\"']?\s*[=:]\s*(?:bearer\s+)?)[^\s,;&]+", re.I
)
_SECRET_KEYS = frozenset({"password", "token", "secret", "authorization"})
_MASK = "***"


def masked(text: str) -> str:
    """``text`` without the user and password of any address in it, and without what follows ``password=``."""
    return _SECRETS.sub(rf"\g<name>{_MASK}", _CREDENTIALS.sub(rf"\g<scheme>{_MASK}@", text))


def mask_credentials(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """A structlog processor: no line leaves with a credential, whoever logged it."""
    for key, value in line.items():
        if key in _SECRET_KEYS:
            line[key] = _MASK
        elif isinstance(value, str):
            line[key] = masked(value)
    return line


def configure(*, as_json: bool | None = None, level: int = logging.INFO) -> None:
    """Send our lines and those of the libraries to standard error. Called once, by the process that starts.

    ``as_json``: None decides by whether a person is looking (a terminal).
    """
    is_json = not sys.stderr.isatty() if as_json is None else as_json
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    last: list[Processor] = (
        [structlog.processors.format_exc_info, mask_credentials, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if is_json
        else [structlog.processors.format_exc_info, mask_credentials, structlog.dev.ConsoleRenderer()]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
    )
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [stream]
    root.setLevel(level)
    # One line a request or packet is nobody's business; state changes are ours to tell.
    for noisy in ("httpx", "httpcore", "amqtt", "transitions", "libav"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
