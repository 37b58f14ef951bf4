"""Where frames come from: recordings, live cameras, the simulated street. ``edge.capture`` chooses among them."""
