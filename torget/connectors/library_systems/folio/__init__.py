"""FOLIO over Okapi: accounts of fees and fines, and the actions upon them."""

from torget.connectors.library_systems.folio.library import FolioLibrary

__all__ = ["FolioLibrary"]
