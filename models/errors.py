"""Why a model can't be used."""

from pathlib import Path


class ModelError(RuntimeError):
    """A model can't be used. The text is one line: which file, why, and the cure."""

    def __init__(self, where: Path | str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = str(where)
        self.reason = reason
