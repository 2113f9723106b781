"""Whether a kept connection still stands, seen without a round trip. Django finds the class by its name."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Between requests a server says nothing, unless it ends the connection: only then is it asked.

        A server that is gone without a word (a cut cable) is found by the next query, as it would be by asking.
        """
        if self.connection is None or self.connection.closed:
            return False
        listening = select.poll()
        listening.register(self.connection.fileno(), select.POLLIN)
        return super().is_usable() if listening.poll(0) else True
