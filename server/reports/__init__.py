"""A period's report: its numbers (findings), its words (report), and the files it is written as."""
