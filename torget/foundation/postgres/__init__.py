"""Django's PostgreSQL backend, which tells a closed connection without asking the server."""
