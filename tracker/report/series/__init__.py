"""Reports on many statements: sessions of a series, countries of a session."""
