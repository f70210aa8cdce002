"""The site's settings for tests: nothing from the caller's environment but DATABASE_URL, nothing into this `var/`.

pytest-django reads the settings before any conftest.py, so this is where the environment is made ready for them.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

OURS = ("LIANGHUI_ENV", "SECRET_KEY", "ALLOWED_HOSTS", "CATALOGUE_DIR", "CONTACT_EMAIL", "DEBUG", "TRUSTED_PROXIES")
OURS += ("SECOND_FACTOR", "SESSION_IDLE_MINUTES", "SESSION_HOURS")
RATES_OF = ("PAGES_RATE", "EXPORTS_RATE", "FEEDS_RATE", "API_RATE", "ALERTS_RATE", "SIGN_IN_RATE")
TIMES_OF = ("STATEMENT_TIMEOUT", "ADMIN_STATEMENT_TIMEOUT")
OURS += ("DATABASE_REPLICA_URL", "SECRET_KEY_BEFORE")
for name in (*OURS, *RATES_OF, *TIMES_OF, "EMAIL_URL", "EMAIL_TIMEOUT", "FROM_EMAIL", "SITE_URL", "HSTS_SUBDOMAINS"):
    os.environ.pop(name, None)
os.environ["LIANGHUI_VAR"] = tempfile.mkdtemp(prefix="lianghui-")
atexit.register(shutil.rmtree, os.environ["LIANGHUI_VAR"], ignore_errors=True)

from lianghui.settings import *  # noqa: E402, F403
from lianghui.settings import RATES, STATIC_ROOT  # noqa: E402

Path(STATIC_ROOT).mkdir()  # whitenoise warns where it is missing
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # safe hashes are slow, and meant to be
ALERTS_BESIDE = False  # tests deliver themselves, in the order in which they look
DOWNLOADS_RENEWED = False  # tests that ask for files count what is done for each request
RATES = dict.fromkeys(RATES, (0, 0))  # tests ask more than people; those of the rates set their own
SLOWEST_STATEMENT = 0  # nothing here may depend on how busy the machine is; those of the deadlines set their own
