"""The report of a period: as Word, Excel and CSV, which the audit keeps, and as JSON.

What writes Word and Excel is imported by the first who asks for one: it takes a while to load.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy.orm import Session

from server.api.criteria import period_of
from server.api.deps import Has, Officer
from server.api.responses import problems
from server.criteria.period import Period
from server.reports import compose, csv, mediatypes
from server.reports.report import Report
from server.services import Services
from server.store import audit, reports

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])

Key = Annotated[
    str,
    Path(
        max_length=24,
        description="A period's key: a day, week, month, quarter, six or nine months, a year, or from day to day.",
        examples=["2026-03-02", "2026-W10", "2026-M03", "2026-Q1", "2026-H1", "2026-9M", "2026-Y"],
    ),
]
Language = Annotated[Literal["vi", "en"], Query(alias="lang", description="The report's language.")]


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    """For a route's ``responses``: a file to keep."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": "The report", "content": content}, **problems(401, 403, 422)}


@router.get("/{key}.docx", summary="The report as Word", response_class=Response, responses=_file(mediatypes.DOCX))
def read_docx(key: Key, user: Officer, has: Has, language: Language = "vi") -> Response:
    """A4 in the form of administrative documents."""
    from server.reports import docx

    report = _kept(has, key, language, "docx", user.id)
    return _download(report, docx.write(report), mediatypes.DOCX, "docx")


@router.get("/{key}.xlsx", summary="The report as Excel", response_class=Response, responses=_file(mediatypes.XLSX))
def read_xlsx(key: Key, user: Officer, has: Has, language: Language = "vi") -> Response:
    """Four sheets: summary, criteria, cameras, cases. Numbers are numbers."""
    from server.reports import xlsx

    report = _kept(has, key, language, "xlsx", user.id)
    return _download(report, xlsx.write(report, has.speech(language)), mediatypes.XLSX, "xlsx")


@router.get("/{key}.csv", summary="The report as CSV", response_class=Response, responses=_file(mediatypes.CSV))
def read_csv(key: Key, user: Officer, has: Has, language: Language = "vi") -> Response:
    """Its tables below each other, in UTF-8 with a byte order mark. Text that a spreadsheet would run as a formula has
    an apostrophe before it."""
    report = _kept(has, key, language, "csv", user.id)
    return _download(report, csv.write(report), f"{mediatypes.CSV}; charset=utf-8", "csv")


@router.get("/{key}.json", summary="The report as a value", responses=problems(401, 403, 422))
def read_json(key: Key, user: Officer, has: Has, language: Language = "vi") -> Report:
    """Every sentence and table as the files have them, and the bare numbers in `findings`."""
    return _kept(has, key, language, "json", user.id)


def report_of(has: Services, session: Session, period: Period, language: str) -> Report:
    """The report of a period, as of now."""
    findings = reports.read(session, has.definitions, period, has.clock.now())
    return compose.compose(findings, period, has.settings, has.speech(language))


def _kept(has: Services, key: str, language: str, form: str, user_id: int) -> Report:
    """The report; the audit keeps who took it away. Raises HTTPException 422 for a key that names no period."""
    period = period_of(has, key)
    with has.database.read() as session:
        report = report_of(has, session, period, language)
    with has.database.transaction() as session:
        audit.record(
            session,
            has.clock.now(),
            user_id=user_id,
            action="report",
            subject=period.key,
            detail={"format": form, "language": language},
        )
    return report


def _download(report: Report, body: bytes, media_type: str, ending: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{report.file_name}.{ending}"',
        "Cache-Control": "private, no-store",
    }
    return Response(body, media_type=media_type, headers=headers)
