"""Django's SQLite, for a database that root and the web user share; `base.py` is what Django looks for."""
