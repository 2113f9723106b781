"""What every part of the sandbox works on."""

from torget.sandbox.paytrail.merchants import Merchant
from torget.sandbox.providers.state import StateOf

State = StateOf[Merchant]
