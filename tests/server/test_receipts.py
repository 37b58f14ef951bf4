"""Receipts: everything is told, and no message is larger than a message may be."""

from contract import codec, topics
from contract.receipt import Receipt, Refusal, Refused
from server.receipts import Reply, pack
from tests.support.messages import BEGIN


def unpack(reply: Reply) -> list[Receipt]:
    """The receipts, as the edge decodes them."""
    receipts: list[Receipt] = []
    for payload in pack(reply, BEGIN):
        message = codec.decode(payload)
        assert isinstance(message, Receipt)
        receipts.append(message)
    return receipts


def test_nothing_to_tell_is_no_message() -> None:
    assert unpack(Reply(site="ward", edge="box")) == []


def test_the_receipt_goes_to_the_edge_in_the_servers_name() -> None:
    reply = Reply(site="ward", edge="box", accepted=["a.1"])
    assert reply.topic == topics.build("ward", "box", "receipt")
    assert unpack(reply)[0].source == "anninh:ward/server"


def test_a_large_batch_is_told_whole_in_several_receipts() -> None:
    longest = "€" * 500  # three bytes each: the size that counts is the encoded one
    reply = Reply(
        site="ward",
        edge="box",
        accepted=[f"{number:0>128}" for number in range(500)],
        refused=[
            Refused(id=f"\x01{number:0>127}", reason=Refusal.UNKNOWN_CAMERA, detail=longest) for number in range(200)
        ],
        resend=[(number, number) for number in range(10**15, 10**15 + 1000)],
    )
    receipts = unpack(reply)
    assert len(receipts) > 1
    assert [ident for receipt in receipts for ident in receipt.data.accepted] == reply.accepted
    assert [refused for receipt in receipts for refused in receipt.data.refused] == reply.refused
    assert [span for receipt in receipts for span in receipt.data.resend] == reply.resend
    assert len({receipt.id for receipt in receipts}) == len(receipts)
