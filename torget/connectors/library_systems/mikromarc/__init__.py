"""Mikromarc (Bibliotekscentralen) over its REST interface."""

from torget.connectors.library_systems.mikromarc.library import MikromarcLibrary

__all__ = ["MikromarcLibrary"]
