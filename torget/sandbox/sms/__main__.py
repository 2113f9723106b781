"""Run the sandbox as a process: python -m torget.sandbox.sms --port 8904 --state sms.sqlite."""

from torget.sandbox.serve import run
from torget.sandbox.sms.app import SandboxSms

if __name__ == "__main__":
    run("torget.sandbox.sms", lambda path: SandboxSms(path=path))
