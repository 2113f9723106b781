"""An SMS gateway that sends to nobody: it speaks GatewayAPI's interface and shows what phones would have got."""

from torget.sandbox.sms.app import SandboxSms

__all__ = ["SandboxSms"]
