"""What a store refuses, told apart so that the API can answer with the right status."""

from server.schemas import IncidentDetail, Schema


class StoreError(Exception):
    """Refused. Its text is safe to show."""


class NotFoundError(StoreError):
    """There is no such row: 404."""


class ForbiddenError(StoreError):
    """This user may not: 403."""


class InvalidError(StoreError):
    """What was asked makes no sense, whoever asks: 422."""


class TakenError(StoreError):
    """It stands against what there is (a name that is taken, the last admin): 409."""


class StaleError(StoreError):
    """What was looked at has changed since: 409. ``current`` is how it stands now."""

    def __init__(self, sentence: str, current: Schema) -> None:
        super().__init__(sentence)
        self.current = current


class ConflictError(StoreError):
    """Somebody was quicker: 409. ``current`` is how the incident stands now."""

    def __init__(self, sentence: str, current: IncidentDetail) -> None:
        super().__init__(sentence)
        self.current = current
