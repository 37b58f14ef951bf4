"""The messages that edge and server share, and nothing else: see README.md."""
