"""A Mikromarc over real HTTP: debts by card number, one POST for each, pages whose links lead astray."""

from torget.sandbox.mikromarc.app import MikromarcSettings, SandboxMikromarc

__all__ = ["MikromarcSettings", "SandboxMikromarc"]
