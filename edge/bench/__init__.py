"""``anninh bench``: what the edge costs, beside what everybody writes first, in one run on one machine."""
