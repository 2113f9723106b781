"""The sandbox Koha under granian, because its own server closes every connection, which no real Koha does.

Apache and nginx keep connections open before Koha, so a benchmark over the sandbox's own server would count a new
connection and a new thread for every question.
"""

import os

from torget.sandbox.helle import helle_population
from torget.sandbox.koha.app import SandboxKoha

application = SandboxKoha()
if os.environ.get("BENCHMARK_POPULATION") == "helle":
    application.load(helle_population())
