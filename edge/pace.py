"""How much of what the cameras ask the detector can answer: lowered fast when looks wait, raised slowly when not."""

LATE_S = 0.1
"""A look that waited longer is late: half of the time between two looks at five a second. Where a look itself takes
longer than that, waiting for one other is not yet late."""
TOO_MANY = 0.1
"""This share of a window's looks may be late, by chance; more says that there are too many."""
WINDOW_S = 1.0
STEP = 0.05
CUT = 0.8
"""Additive increase, multiplicative decrease (Chiu and Jain, 1989): whoever shares a resource by it ends up with equal
shares and without swinging far. A window with too many late looks costs a fifth, one without gives a twentieth back."""
LOWEST = 0.1
"""Of five looks a second, one in two seconds. What is too much even so is dropped after its wait."""
SWAY = 0.1
"""Share by which what a look took replaces what they took so far."""
OVERLOADED, AT_EASE_S = 0.9, 10.0
"""Below the first it is overload; above it for the second, it is over."""


class Pace:
    """The share, 0..1, of the asked looks that is granted to every camera alike. Time comes in; nothing is read."""

    def __init__(self, now_s: float) -> None:
        self.share = 1.0
        self.is_overloaded = False
        self._window_s = now_s
        self._look_s = 0.0
        self._eased_s: float | None = None
        self._looks = 0
        self._late = 0

    def waited(self, seconds: float) -> None:
        """A look had to wait this long; infinitely, where it was given up."""
        self._looks += 1
        self._late += seconds > max(LATE_S, self._look_s)

    def took(self, seconds: float) -> None:
        """A look took this long, once it had its turn."""
        self._look_s += SWAY * (seconds - self._look_s)

    def update(self, now_s: float) -> bool:
        """Judge the window that is over, if one is. Returns whether ``is_overloaded`` changed."""
        if now_s - self._window_s < WINDOW_S:
            return False
        if self._late > TOO_MANY * self._looks:
            self.share = max(LOWEST, self.share * CUT)
        else:
            self.share = min(1.0, self.share + STEP)
        self._window_s, self._looks, self._late = now_s, 0, 0
        return self._judge(now_s)

    def _judge(self, now_s: float) -> bool:
        was = self.is_overloaded
        if self.share < OVERLOADED:
            self.is_overloaded, self._eased_s = True, None
        elif self.is_overloaded:
            self._eased_s = now_s if self._eased_s is None else self._eased_s
            self.is_overloaded = now_s - self._eased_s < AT_EASE_S
        return self.is_overloaded is not was
