"""What a site, edge, camera, rule or place may be called: a slug that is safe in a topic, a path and a URL."""

from typing import Annotated

from pydantic import StringConstraints

SLUG_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}$"

Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN)]
"""1–64 of a–z, 0–9, ``_`` and ``-``, starting with a letter or digit; never ``/``, ``+`` or ``#`` (MQTT 3.1.1, 4.7)."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 as 64 lower-case hexadecimal digits."""
