"""All settings in one file: the environment over defaults with which a fresh clone runs."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianghui.environment import (
    NO_MAIL,
    contact_address,
    database,
    development_key,
    env,
    hosts,
    is_production,
    mail_server,
    number,
    origin,
    rate,
    replica,
    secret_key,
    sender,
    switch,
)
from lianghui.headers import POLICY
from lianghui.logs import logging_as

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # they take 40 MB, and would hide readings that surnames have
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("LIANGHUI_VAR", default=str(BASE_DIR / "var"))).absolute()
PRODUCTION = is_production()

DEBUG = env.bool("DEBUG", default=False) and not PRODUCTION
SECRET_KEY = secret_key() if PRODUCTION else development_key(VAR_DIR)
SECRET_KEY_FALLBACKS = [secret_key("SECRET_KEY_BEFORE")] if os.environ.get("SECRET_KEY_BEFORE") else []
ALLOWED_HOSTS = hosts() if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"]

INSTALLED_APPS = [
    "people",
    "proposals",
    "alerts",
    "accounts.admin_config.LianghuiAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "adminsortable2",
    "simple_history",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "accounts",  # after those whose pages in the admin it takes away
]
MIDDLEWARE = [
    "lianghui.requests.RequestMiddleware",  # outside of all: it times and names each request
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lianghui.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",  # inside: its redirections to HTTPS say it all too
    "lianghui.health.HealthMiddleware",  # before anything that asks which host is meant, or the database
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "proposals.api.middleware.ApiMiddleware",
    "lianghui.sizes.SizesMiddleware",
    "lianghui.deadlines.DeadlinesMiddleware",  # around all that asks the database
    "lianghui.pages.KeptPagesMiddleware",  # outside all that asks who somebody is: public pages are everybody's
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.sessions.SessionLimitsMiddleware",
    "lianghui.middleware.LanguageMiddleware",
    "lianghui.limits.LimitsMiddleware",  # within the kept pages: what is there already costs nothing
    "django.middleware.common.CommonMiddleware",
    "lianghui.methods.MethodsMiddleware",  # before a token is asked for: what is read only takes none
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
    "lianghui.replica.ReplicaMiddleware",
    "lianghui.middleware.UnavailableMiddleware",
]
ROOT_URLCONF = "lianghui.urls"
WSGI_APPLICATION = "lianghui.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lianghui.languages.languages",
                "lianghui.contact.contact",
                "alerts.context.by_mail",
            ],
        },
    },
]

# The record. SQLite needs nothing; DATABASE_URL names a PostgreSQL instead.
DATABASES: dict[str, dict[str, Any]] = {
    "default": database("DATABASE_URL")
    if env.str("DATABASE_URL", default="")
    else {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR_DIR / "lianghui.sqlite3"}
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a writer waits at its start, not halfway with work to lose
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["ENGINE"] = "lianghui.postgresql"  # Django's, but no request waits for it without end
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # one that was stopped meanwhile is connected to anew
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 2)
DATABASES["default"]["CONN_MAX_AGE"] = 60  # to connect takes longer than most pages
if env.str("DATABASE_REPLICA_URL", default=""):  # public pages are read from there; see proposals/replica.py
    DATABASES["replica"] = replica("DATABASE_REPLICA_URL", DATABASES["default"])
    DATABASE_ROUTERS = ["proposals.replica.ReplicaRouter"]
# Seconds that one statement of a request may take, and one of the admin's; commands take as long as they need.
SLOWEST_STATEMENT = number("STATEMENT_TIMEOUT", 3, 600)
SLOWEST_STATEMENT_IN_ADMIN = number("ADMIN_STATEMENT_TIMEOUT", 8, 600) or SLOWEST_STATEMENT
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The catalogue: derived from the record, and may be deleted at any moment.
CATALOGUE_DIR = Path(env.str("CATALOGUE_DIR", default=str(VAR_DIR / "catalogue")))

# The whole public record as files, which `manage.py write_downloads` writes and `/data/` offers.
DOWNLOADS_DIR = Path(env.str("DOWNLOADS_DIR", default=str(VAR_DIR / "downloads")))
DOWNLOADS_RENEWED = True  # by whoever asks for them when they hold what is no longer public

# Public pages, in files for all processes of this host, some 200 MB at most.
CACHES = {
    "default": {
        "BACKEND": "lianghui.kept.KeptFiles",
        "LOCATION": str(VAR_DIR / "pages"),
        "KEY_PREFIX": env.str("LIANGHUI_START", default=""),  # gunicorn's: each start of it keeps pages of its own
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}

# How often one address may ask for what has to be made, counted over all processes of this host: a seminar room behind
# one address and a search engine stay below, a program that asks again and again does not.
RATES = {
    "pages": rate("PAGES_RATE", "600/minute"),
    "exports": rate("EXPORTS_RATE", "60/minute"),
    "feeds": rate("FEEDS_RATE", "240/minute"),
    "api": rate("API_RATE", "240/minute"),  # who follows `next` through 100,000 rows asks 1,000 times: four minutes
    "alerts": rate("ALERTS_RATE", "60/minute"),
    "sign-in": rate("SIGN_IN_RATE", "30/minute"),
}
# Proxies in front of the site that tell who asks: what stands in X-Forwarded-For before theirs anybody can write.
TRUSTED_PROXIES = number("TRUSTED_PROXIES", 1 if PRODUCTION else 0, 10)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # everybody reads the same
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "proposals.api.negotiation.AlwaysJson",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "proposals.api.problems.answer_exception",
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "TITLE": "Lianghui 两会",
    "DESCRIPTION": _("Proposals put forward at China's Two Sessions, and what came of them. Read only."),
    "VERSION": "1",
    "LICENSE": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
    "SERVERS": [{"url": "/"}],  # the host that hands the document out
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "proposals.api.document.as_it_is",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ProposalKind": "proposals.models.proposals.ProposalKind",
        "ProposalStatus": "proposals.models.proposals.ProposalStatus",
        "Stage": "proposals.models.life_cycle.Stage",
        "HandlingRole": "proposals.models.life_cycle.HandlingRole",
        "Satisfaction": "proposals.models.life_cycle.Satisfaction",
        "Outcome": "proposals.models.outcome_classes.Outcome",
        "Judgement": "proposals.models.policies.Judgement",
        "Reliability": "proposals.models.sources.SourceReliability",
        "SourceKind": "proposals.models.sources.SourceKind",
        "SourceLanguage": "proposals.models.sources.SourceLanguage",
        "CitationRole": "proposals.models.sources.CitationRole",
        "MembershipRole": "people.models.delegates.MembershipRole",
        "SpellingLanguage": "people.models.delegates.NameVariantLanguage",
        "AgencyKind": "people.models.agencies.AgencyKind",
        "RegionKind": "people.models.regions.RegionKind",
        "BodySystem": "people.models.bodies.BodySystem",
        "Level": "people.models.bodies.Level",
    },
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# Signing in. Five tries for each name from each address, then a pause; others' tries from elsewhere do not count.
AUTHENTICATION_BACKENDS = ["accounts.guessing.GuessBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_HANDLER = "accounts.guessing.GuessHandler"
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "accounts.guessing.attempt_address"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(
    minutes=15
)  # since the last try that counted; what is tried meanwhile does not lengthen it
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False  # its pages show more than ours do
AXES_VERBOSE = False
GUESSES_FROM_ONE_ADDRESS = 50  # at whichever names, within the same time: an office has one address
GUESSES_AT_ONE_NAME, TRIES_WHILE_GUESSED_AT = 50, 2  # from wherever; from then on each address has fewer tries
FAILED_SIGN_INS_KEPT = timedelta(days=7)  # names and addresses; `manage.py forget_sign_ins` deletes those before

# A code after the password: demanded of everybody, or asked only of those who have set one up.
SECOND_FACTOR = switch("SECOND_FACTOR", default=PRODUCTION)
OTP_TOTP_ISSUER = "Lianghui"

# Sessions end on the server: after so long without anything done, and after so long in all.
SESSION_IDLE = timedelta(minutes=number("SESSION_IDLE_MINUTES", 120 if PRODUCTION else 20_160, 20_160, least=1))
SESSION_LONGEST = timedelta(hours=number("SESSION_HOURS", 12 if PRODUCTION else 336, 336, least=1))
SESSION_COOKIE_AGE = int((SESSION_LONGEST + timedelta(days=1)).total_seconds())  # whose it was is known a while longer

SIMPLE_HISTORY_DATE_INDEX = False  # kept rows are found by their version

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English")), ("zh-hans", _("Chinese"))]
# The language cookie is the analysts': public pages take theirs from the address alone, and set no cookie.
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Whoever sends a draft to review does not publish it, unless there is nobody else.
ONE_PERSON_TEAM = env.bool("ONE_PERSON_TEAM", default=not PRODUCTION)

# Where readers write to about mistakes and barriers; where it is empty the pages show no address.
CONTACT_EMAIL = contact_address()

# Alerts by e-mail: off where no mail server is named, which production has to say.
EMAIL_URL = env.str("EMAIL_URL", default="").strip()
ALERTS_BY_MAIL = EMAIL_URL not in ("", NO_MAIL)
SITE_URL = env.str("SITE_URL", default="" if PRODUCTION else "http://127.0.0.1:8000").strip()
FROM_EMAIL = env.str("FROM_EMAIL", default="").strip()
if ALERTS_BY_MAIL:
    vars().update(mail_server(EMAIL_URL))
    SITE_URL, FROM_EMAIL = origin(SITE_URL), sender(FROM_EMAIL)
EMAIL_TIMEOUT = number("EMAIL_TIMEOUT", 20, 300)  # seconds that a mail server may be silent
EMAIL_ANSWER_TIMEOUT = 600  # and after it has a whole mail, as RFC 5321 says in 4.5.3.2.6: else it comes twice
ALERTS_BESIDE = True  # mails that ask for confirmation are sent in a thread beside the requests

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_ROOT = BASE_DIR / "static" / "root"  # what browsers ask for at the root: favicon.ico and its like
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# A proposal with 200 recommendations is a form of several thousand fields; an article of 400,000 characters is pasted
# into one. What else is too large: lianghui/sizes.py.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
DATA_UPLOAD_MAX_MEMORY_SIZE = 8_000_000

# What every answer says of how it may be used; more of it in headers.py.
CONTENT_SECURITY_POLICY = {"DIRECTIVES": POLICY}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"  # no other site learns what somebody reads here
X_FRAME_OPTIONS = "DENY"
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Cookies are for who signs in. Messages are kept in the session, which spares one.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_HTTPONLY = True
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # who asks stands beside the server, and speaks plain HTTP
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    # Other names below the same domain may belong to somebody else: to speak for them has to be asked for.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = switch("HSTS_SUBDOMAINS", default=False)
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    # A browser takes `__Host-` from nobody but this very host, over HTTPS.
    SESSION_COOKIE_NAME, SESSION_COOKIE_SECURE = "__Host-session", True
    CSRF_COOKIE_NAME, CSRF_COOKIE_SECURE = "__Host-csrf", True
    LANGUAGE_COOKIE_NAME, LANGUAGE_COOKIE_SECURE = "__Host-language", True

# One line for each request, as JSON in production; nothing that tells who asked, or for what.
LOGGING = logging_as(json_lines=PRODUCTION)
