"""Run the sandbox as a process: python -m torget.sandbox.folio --port 8903 --state folio.sqlite."""

from torget.sandbox.folio.app import SandboxFolio
from torget.sandbox.serve import run

if __name__ == "__main__":
    run("torget.sandbox.folio", lambda path: SandboxFolio(path=path))
