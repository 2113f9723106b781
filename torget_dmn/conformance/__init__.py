"""The DMN Technology Compatibility Kit, run against this engine."""
