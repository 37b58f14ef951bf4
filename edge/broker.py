"""A broker inside this program, for a demo or one household: nothing to install. Everything else uses Mosquitto.

It keeps nothing on disk and queues nothing for clients that are away; that is safe, because only a receipt lets the
edge forget a message.
"""

import asyncio
import logging
import signal

import structlog
from amqtt.broker import Broker
from amqtt.errors import BrokerError as AMQTTBrokerError

log = structlog.get_logger(__name__)


class BrokerError(RuntimeError):
    """The broker cannot listen; the text says where and why."""


def run(host: str, port: int) -> None:
    """Serve MQTT 3.1.1 until SIGTERM or SIGINT. Raises BrokerError when it cannot listen there."""
    # amqtt logs each packet and each disconnection, and what it raises as well; the clients tell what matters.
    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    logging.getLogger("transitions").setLevel(logging.ERROR)
    asyncio.run(_serve(host, port))


async def _serve(host: str, port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}"}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
    )
    try:
        await broker.start()
    except (AMQTTBrokerError, OSError) as error:
        raise BrokerError(f"the broker cannot listen on {host}:{port}: {error}; is the port in use?") from error
    log.info("broker_listens", host=host, port=port)
    await stop.wait()
    await broker.shutdown()
    log.info("broker_stopped")
