"""What names, hashes and counts look like: safe in a topic, a path and a URL; exact in every JSON reader."""

from typing import Annotated

from pydantic import Field, StringConstraints

SLUG_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}$"

Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN)]
"""1–64 of a–z, 0–9, ``_`` and ``-``, starting with a letter or digit; never ``/``, ``+`` or ``#`` (MQTT 3.1.1, 4.7)."""

Label = Annotated[str, StringConstraints(max_length=200)]
"""What people call a thing that has a slug: shown on screen, never an identity. Empty: the slug is shown."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 as 64 lower-case hexadecimal digits."""

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""0 … 2⁵³ - 1: the integers that every JSON reader keeps exact (RFC 8785, 3.2.2.3)."""

Ordinal = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""1, 2, 3 …: what counts one by one and fits the integer column of every database."""

Milliseconds = Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)]
"""A difference of two clocks, exact in every JSON reader."""
