"""What an officer types into the search of Vụ việc, understood. Pure: no database, no clock of its own."""

from server.search.query import Fault, Search, Term, Word, parse
from server.search.suggest import Suggestion, completions, named_key
from server.search.words import Key, fold

__all__ = ["Fault", "Key", "Search", "Suggestion", "Term", "Word", "completions", "fold", "named_key", "parse"]
