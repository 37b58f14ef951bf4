"""Builds everything once: create_app(settings)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog
from fastapi import APIRouter, FastAPI, HTTPException, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server import problems
from server.api import (
    audit,
    cameras,
    camerasettings,
    criteria,
    criteriatext,
    criterionentries,
    deeds,
    docs,
    edges,
    entries,
    evidence,
    filters,
    freezes,
    incidents,
    keeping,
    listing,
    live,
    notices,
    pictures,
    plan,
    playback,
    reports,
    review,
    session,
    snoozes,
    system,
    units,
    users,
)
from server.api.etags import ETags
from server.api.rates import Rates
from server.api.replay import Replays
from server.clock import Clock, SystemClock
from server.courier.carrier import Carrier
from server.courier.courier import Courier
from server.courier.guard import Guard
from server.courier.people import People
from server.courier.publisher import Publisher
from server.courier.vault import Vault
from server.courier.webhook import Webhooks
from server.criteria import definition
from server.criteria.period import Calendar
from server.database import Database
from server.dispatch import Dispatch
from server.evidence import EvidenceFiles
from server.ingest import Ingest
from server.limits import Limits
from server.live import Live
from server.metrics import Metrics
from server.mqtt import Link
from server.playback import WorkingCopies
from server.security import SecurityHeaders
from server.services import Services
from server.settings import Settings
from server.settler import Settler
from server.sight import Viewpoints
from server.sweeper import Sweeper
from server.ui import assets, pages, speech
from server.ui.noticewords import NoticeWords
from server.unitwatch import UnitWatch
from server.yardsticks import Yardsticks

log = structlog.get_logger(__name__)

ROUTERS: tuple[APIRouter, ...] = (
    assets.router,  # first: a page asks for dozens of its files
    session.router,
    listing.router,
    filters.router,
    plan.router,
    incidents.router,
    entries.router,
    keeping.router,
    deeds.router,
    snoozes.router,
    units.router,
    review.router,
    evidence.router,
    playback.router,
    criteria.router,
    criteriatext.router,
    reports.router,
    criterionentries.router,
    freezes.router,
    cameras.router,
    camerasettings.router,
    pictures.router,
    edges.router,
    notices.router,
    users.router,
    audit.router,
    system.router,
    live.router,
    docs.router,
    pages.router,
)


def create_app(settings: Settings, *, clock: Clock | None = None, with_ingest: bool = True) -> FastAPI:
    """The application: tables brought up to date, every route mounted; MQTT starts and stops with its lifespan.

    ``with_ingest=False``: pages and API only (another process ingests).
    """
    services = _services(settings, clock or SystemClock())
    app = FastAPI(
        title="Camera An Ninh",
        version="0.1.0",
        lifespan=_lifespan(services, with_ingest=with_ingest),
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    app.add_middleware(ETags)
    app.add_middleware(Replays, services=services)
    app.add_middleware(Limits, stall_s=settings.http.stall_s)
    app.add_middleware(Rates, per_session=settings.rates.per_session, per_address=settings.rates.per_address)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Viewpoints)
    problems.register(app)
    for router in ROUTERS:
        app.router.routes.extend(router.routes)  # as they are: include_router() would build each anew for its own app
    _add_probes(app, services)
    return app


def _services(settings: Settings, clock: Clock) -> Services:
    """What every request may use, on tables that were brought up to date."""
    yardsticks = Yardsticks(*definition.read(settings.criteria_file))
    named = settings.database
    database = Database(named.url, pool_size=named.pool_size, password_file=named.password_file)
    database.migrate()
    with database.read() as reading:
        yardsticks.follow(reading)
    files = EvidenceFiles(settings.evidence_dir)
    copies = WorkingCopies(
        settings.evidence_dir / "working",
        clock,
        at_once=settings.working_copies.at_once,
        keep_bytes=settings.working_copies.keep_mb * 1_000_000,
    )
    vault = Vault(settings.notices.key_file)
    # ids grow over restarts, so that a page that missed a restart is told to reload
    live = Live(first_id=int(clock.now().timestamp() * 1000))
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        dispatch=Dispatch(database, clock),
        live=live,
        evidence=files,
        working_copies=copies,
        sweeper=Sweeper(settings.retention, database=database, evidence=files, forget_copy=copies.delete, clock=clock),
        unitwatch=UnitWatch(database=database, live=live, clock=clock, zone=settings.zone),
        metrics=Metrics(),
        yardsticks=yardsticks,
        started_at=clock.now(),
        vault=vault,
        courier=Courier(
            settings,
            database=database,
            clock=clock,
            carrier=carrier_of(settings, clock, files, vault),
        ),
        calendar=Calendar(zone=settings.zone, cut_day=settings.cut_day),
        speech=speech.words_of,
    )


def _lifespan(services: Services, *, with_ingest: bool) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """From the first request to the last: MQTT runs meanwhile."""
    settings, clock, metrics = services.settings, services.clock, services.metrics
    dispatch = services.dispatch
    ingest = Ingest(
        settings, database=services.database, clock=clock, live=services.live, metrics=metrics, dispatch=dispatch
    )
    link = Link(settings, ingest.take, clock=clock, metrics=metrics, greet=dispatch.configure)
    if with_ingest:
        dispatch.connect(link.publish)
    publisher = Publisher(settings, database=services.database, clock=clock)
    settler = Settler(database=services.database, calendar=services.calendar)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if with_ingest:
            link.start()
            services.sweeper.start()
            services.unitwatch.start()
            services.courier.start()
            publisher.start()
            settler.start()
        try:
            yield
        finally:
            services.live.close()
            await asyncio.to_thread(services.working_copies.close)
            if with_ingest:
                await asyncio.to_thread(link.stop)
                await asyncio.to_thread(services.sweeper.stop)
                await asyncio.to_thread(services.unitwatch.stop)
                await asyncio.to_thread(services.courier.stop)
                await asyncio.to_thread(publisher.stop)
                await asyncio.to_thread(settler.stop)
            services.database.close()

    return lifespan


def carrier_of(settings: Settings, clock: Clock, evidence_files: EvidenceFiles, vault: Vault) -> Carrier:
    """What hands messages to channels."""
    guard = Guard(settings.notices.allowed_networks)
    return Carrier(
        vault=vault,
        people=People(guard),
        webhooks=Webhooks(guard, settings.site.slug),
        wording=NoticeWords(zone=settings.zone, clock=clock, public_url=settings.notices.public_url),
        picture=evidence_files.path,
    )


def _add_probes(app: FastAPI, services: Services) -> None:
    @app.get("/healthz", tags=["operation"])
    def healthz() -> dict[str, str]:
        """200 while the database answers, else 503."""
        try:
            with services.database.read() as reading:
                reading.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            log.warning("database_unavailable", reason=str(error))
            raise HTTPException(503, "Cơ sở dữ liệu không trả lời. / The database does not answer.") from error
        return {"status": "ok"}

    @app.get("/metrics", tags=["operation"], response_class=Response)
    def metrics() -> Response:
        """Counters in Prometheus' text format."""
        return Response(services.metrics.text(), media_type="text/plain; version=0.0.4")
