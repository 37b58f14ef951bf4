"""Requests that nobody would think of, made from the API's own description: never a 5xx, and answers as described.

All endpoints are asked as an admin, with values of a fixed seed. ``-m "not schemathesis"`` leaves it out.
"""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import content_type_conformance, not_a_server_error, response_schema_conformance
from schemathesis.core.result import Ok

from contract.health import CameraState
from server.api.deps import CSRF_HEADER, SESSION_COOKIE
from tests.support.film import Film
from tests.support.office import NOON
from tests.support.site import Scene, Ward, open_ward

pytestmark = [pytest.mark.schemathesis, pytest.mark.filterwarnings("ignore::Warning")]

EXAMPLES = 8
"""Of each operation: of over forty operations, half a minute."""
CHECKS = [not_a_server_error, response_schema_conformance, content_type_conformance]
LEFT_OUT = {
    ("GET", "/api/v1/live"): "a stream does not end",
    ("GET", "/metrics"): "no API",
    ("POST", "/api/v1/session"): "hashing a password is slow by design",
    ("DELETE", "/api/v1/session"): "it would end the test",
    ("PUT", "/api/v1/me/password"): "hashing again",
    ("POST", "/api/v1/users"): "hashing again; tests/server/test_session_api.py",
    ("POST", "/api/v1/users/{username}/password"): "hashing again",
}


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """A ward that has seen something."""
    with open_ward(tmp_path_factory.mktemp("ward")) as found:
        found.hear({"kho-sau": CameraState.ONLINE})
        film = Film(clip=b"a clip", picture=b"\xff\xd8\xff a picture", seconds=4.0, people=())
        found.see(*(Scene(at=NOON - timedelta(hours=hour), film=film) for hour in range(1, 4)))
        yield found


def failures(ward: Ward, document: dict[str, Any], only: str = "") -> tuple[set[tuple[str, str]], list[str]]:
    """The operations of the description, and what was wrong with them. ``only``: of this path."""
    admin = ward.office.desk(f"chief{len(document['paths'])}{only[-7:]}", "admin")
    headers, cookies = {CSRF_HEADER: admin.headers[CSRF_HEADER]}, {SESSION_COOKIE: admin.cookies[SESSION_COOKIE]}
    asked: set[tuple[str, str]] = set()
    wrong: list[str] = []
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(result, Ok), result.err()
        operation = result.ok()
        key = (operation.method.upper(), operation.path)
        asked.add(key)
        if key in LEFT_OUT or only not in ("", operation.path):
            continue

        @seed(20260302)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case[Any]) -> None:
            answer = case.call(base_url=ward.url, headers=headers, cookies=cookies)
            case.validate_response(answer, checks=CHECKS)

        try:
            ask()
        except (Exception, BaseExceptionGroup) as error:
            found = getattr(error, "exceptions", [error])
            wrong += [f"{key}: {type(each).__name__}: {str(each)[:600]}" for each in found]
    return asked, wrong


def test_no_request_breaks_the_server_and_every_answer_is_as_described(ward: Ward) -> None:
    asked, wrong = failures(ward, ward.office.app.openapi())
    assert wrong == []
    assert set(LEFT_OUT) <= asked
    assert len(asked) > 35


def test_an_answer_that_is_not_as_described_is_found(ward: Ward) -> None:
    document = deepcopy(ward.office.app.openapi())
    document["components"]["schemas"]["ReasonOut"]["properties"]["code"]["type"] = "integer"
    _, wrong = failures(ward, document, "/api/v1/reasons")
    assert len(wrong) == 1
