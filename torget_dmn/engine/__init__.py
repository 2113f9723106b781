"""Models compiled to closures and run."""
