"""Measures the server: ``anninh bench ingest``. Nothing else imports it."""
