"""What a camera says the time is: ONVIF's GetSystemDateAndTime, which needs no password, and HTTP's Date. Pure.

ONVIF Core Specification 24.12, 8.3.5 and 5.9.1 (GetSystemDateAndTime is of the class PRE_AUTH).
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

PATH = "/onvif/device_service"
HEADERS = {"Content-Type": "application/soap+xml; charset=utf-8"}
ASK = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
    b'<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/>'
    b"</s:Body></s:Envelope>"
)
_TT = "{http://www.onvif.org/ver10/schema}"


def told(body: bytes) -> datetime | None:
    """The UTC time in an answer; None where it holds none: UTCDateTime is optional, and not every answer is ONVIF."""
    try:
        found = fromstring(body).find(f".//{_TT}UTCDateTime")
        if found is None:
            return None
        part = {name: int(found.findtext(f".//{_TT}{name}") or "") for name in _PARTS}
        return datetime(*(part[name] for name in _PARTS), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except (ParseError, DefusedXmlException, ValueError):
        return None


def dated(header: str | None) -> datetime | None:
    """The time in an HTTP Date header; None where it is none."""
    try:
        at = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


_PARTS = ("Year", "Month", "Day", "Hour", "Minute", "Second")
