"""The process that `anninh server run` is: the application served until a signal ends it."""

import socket

import uvicorn

from server import auth, heap
from server.app import create_app
from server.services import Services
from server.settings import Settings

GRACE_S = 3
"""Seconds that open requests get to end when the server stops."""


class _Server(uvicorn.Server):
    """Ends the open live streams first: they would keep a stopping server waiting."""

    def __init__(self, config: uvicorn.Config, services: Services) -> None:
        super().__init__(config)
        self._live = services.live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.close()
        await super().shutdown(sockets)


class Running:
    """A server on tables that are up to date. Raises OSError and ValueError for settings that cannot be used."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._application = create_app(settings)
        self._services: Services = self._application.state.services

    def first_admin(self) -> tuple[str, str] | None:
        """Makes the first account of a new database: its name and one-time password; None where there are accounts."""
        with self._services.database.transaction() as session:
            return auth.first_admin(session, self._services.clock.now())

    def serve(self) -> bool:
        """Answer until SIGTERM or Ctrl-C. False: it could not even start."""
        options = uvicorn.Config(
            self._application,
            host=self._settings.http.host,
            port=self._settings.http.port,
            log_config=None,
            timeout_graceful_shutdown=GRACE_S,
            server_header=False,
        )
        server = _Server(options, self._services)
        heap.settle()
        server.run()
        return server.started
