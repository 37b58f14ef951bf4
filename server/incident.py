"""Pure: which incident does an event belong to, and which state may follow which."""
