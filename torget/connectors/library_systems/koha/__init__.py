"""Koha over its REST interface, /api/v1."""

from torget.connectors.library_systems.koha.library import KohaLibrary

__all__ = ["KohaLibrary"]
