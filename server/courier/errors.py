"""Why something was not delivered."""


class UndeliveredError(Exception):
    """It did not arrive. Its text is safe to show and to keep: no address, password or token in it."""
