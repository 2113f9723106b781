"""A FOLIO over real HTTP: actions that are written before accounts are closed, and bulk payments that split evenly."""

from torget.sandbox.folio.app import FolioSettings, SandboxFolio

__all__ = ["FolioSettings", "SandboxFolio"]
