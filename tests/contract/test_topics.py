"""Topics and sources: built and taken apart, nothing foreign accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import topics
from contract.topics import Source, Topic

slugs = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,63}", fullmatch=True)


@given(slugs, slugs, st.sampled_from(["event", "receipt", "health", "status", "command", "config", "settings"]))
def test_a_topic_survives_the_round_trip(site: str, edge: str, channel: topics.Channel) -> None:
    assert topics.parse(topics.build(site, edge, channel)) == Topic(site, edge, channel)


@given(slugs, slugs, slugs | st.none())
def test_a_source_survives_the_round_trip(site: str, edge: str, camera: str | None) -> None:
    assert topics.parse_source(topics.source(site, edge, camera)) == Source(site, edge, camera)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("anninh/v2/a/b/event", "another version"),
        ("anninh/v1/a/b/evidence", "no such channel"),
        ("anninh/v1/a/event", "no edge"),
        ("anninh/v1/a/b/c/event", "a level too many"),
        ("anninh/v1/A/b/event", "capitals"),
        ("anninh/v1/+/b/event", "a wildcard is no name"),
        ("anninh/v1/a/b/event\n", "something after it"),
        ("/anninh/v1/a/b/event", "something before it"),
        ("", "nothing"),
    ],
)
def test_what_is_no_topic_of_ours_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match="not a topic of ours"):
        topics.parse(text)


@pytest.mark.parametrize("text", ["anninh:a", "anninh:a/b/c/d", "other:a/b", "anninh:a/B", "anninh:a/b\n", ""])
def test_what_is_no_source_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a source of ours"):
        topics.parse_source(text)


def test_everyone_matches_each_edges_channel() -> None:
    assert topics.everyone("event") == "anninh/v1/+/+/event"


@given(slugs)
def test_what_others_are_told_is_no_message_of_an_edge(site: str) -> None:
    assert topics.incidents(site) == f"anninh/v1/{site}/incident"
    for topic in (topics.incidents(site), topics.home_assistant(site, "available")):
        with pytest.raises(ValueError, match="not a topic of ours"):
            topics.parse(topic)


@given(st.text(max_size=60))
def test_any_text_is_a_topic_or_a_value_error(text: str) -> None:
    try:
        topics.parse(text)
    except ValueError:
        return
    assert text.startswith("anninh/v1/")
