"""``anninh evaluate``: what the walk saw against ground truth. Its scorers know nothing of the edge's rules."""
