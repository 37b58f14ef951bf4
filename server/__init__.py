"""The server: turns events into incidents that officers review and that count toward the ward's criteria."""
