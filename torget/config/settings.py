"""Settings from the environment; the composition root of Torget."""

SECRET_KEY = "replaced below"  # noqa: S105
INSTALLED_APPS: list[str] = []
USE_TZ = True
