"""Refuse files that are too large while they arrive, before any of our code or Django's keeps them."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from torget.service.core.files import SIZE_MAX

ROUTES = {"draft-step", "errand"}


class RefuseLargeFiles(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS; the view finds the names of the fields whose file was too large.

    Only for the pages on which anybody may send a file: what staff uploads elsewhere has limits of its own.
    """

    def handle_raw_input(self, *_arguments: Any, **_named: Any) -> None:
        self._taken = 0
        match = self.request.resolver_match if self.request else None
        self._is_ours = match is not None and match.url_name in ROUTES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start == 0:
            self._taken = 0
        self._taken += len(raw_data)
        if self._is_ours and self._taken > SIZE_MAX:
            refused: set[str] = self.request.META.setdefault("torget.refused_files", set())  # type: ignore[union-attr]
            refused.add(str(self.field_name))
            # Only this file is dropped: the answers beside it are kept.
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002 - Django's signature
        """The handlers after this one keep the file."""
        return


def refused_files(meta: dict[str, Any]) -> set[str]:
    """Names of the fields with a file that was too large."""
    found: set[str] = meta.get("torget.refused_files", set())
    return found
