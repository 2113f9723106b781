"""Settings of the sample pages: no database, no sessions, the strict content policy of the real service."""

from pathlib import Path

SECRET_KEY = "sample pages only"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
ROOT_URLCONF = "tests.design.site"
INSTALLED_APPS = ["django.contrib.messages", "django.contrib.staticfiles", "django_htmx", "torget.foundation.design"]
MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "torget.foundation.design.forms.DesignFormRenderer"
STATIC_URL = "/static/"
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("fi", "Suomi"), ("en", "English")]
TIME_ZONE = "Europe/Helsinki"
USE_TZ = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
    },
}
