"""Pure: what is told, to whom, when and how often. No database, no network, no clock."""
