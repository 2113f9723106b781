"""Run the sandbox as a process: python -m torget.sandbox.mikromarc --port 8902 --state mikromarc.sqlite."""

from torget.sandbox.mikromarc.app import SandboxMikromarc
from torget.sandbox.serve import run

if __name__ == "__main__":
    run("torget.sandbox.mikromarc", lambda path: SandboxMikromarc(path=path))
