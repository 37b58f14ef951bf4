"""Where a message may go: out there over TLS only, inside only to networks that the settings name."""

import ipaddress
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from server.courier.errors import UndeliveredError

Address = IPv4Address | IPv6Address
_CURE = "add its network to notices.allowed_networks if it is meant"


class Guard:
    """Refuses addresses inside the house (SSRF). A name counts as inside when any of its addresses is."""

    def __init__(self, allowed: Sequence[IPv4Network | IPv6Network]) -> None:
        self._allowed = tuple(allowed)

    def check(self, host: str, port: int | None, *, is_encrypted: bool) -> Address:
        """The address to connect to. Raises UndeliveredError: unknown, inside, or out there without TLS."""
        addresses = _resolve(host, port)
        for address in addresses:
            if any(address.version == network.version and address in network for network in self._allowed):
                continue
            if not _is_public(address):
                raise UndeliveredError(f"{host} is a private address; {_CURE}")
            if not is_encrypted:
                raise UndeliveredError(f"{host} is not in this house: only an encrypted connection may go there")
        return addresses[0]


def _is_public(address: Address) -> bool:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    found = mapped or address
    return found.is_global and not found.is_multicast


def _resolve(host: str, port: int | None) -> list[Address]:
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UndeliveredError(f"the name {host[:100]} is not known (DNS)") from error
    return [ipaddress.ip_address(str(each[4][0]).split("%")[0]) for each in found]
