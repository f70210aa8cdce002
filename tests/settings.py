"""The site's settings for tests: nothing from the caller's environment but DATABASE_URL, nothing into this `var/`.

pytest-django reads the settings before any conftest.py, so this is where the environment is made ready for them.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

OURS = ("LIANGHUI_ENV", "SECRET_KEY", "ALLOWED_HOSTS", "CATALOGUE_DIR", "CONTACT_EMAIL", "DEBUG", "API_RATE")
for name in (
    *OURS,
    "EMAIL_URL",
    "EMAIL_TIMEOUT",
    "FROM_EMAIL",
    "SITE_URL",
    "TRUSTED_PROXIES",
    "HSTS_SUBDOMAINS",
    "DATABASE_REPLICA_URL",
):
    os.environ.pop(name, None)
os.environ["LIANGHUI_VAR"] = tempfile.mkdtemp(prefix="lianghui-")
atexit.register(shutil.rmtree, os.environ["LIANGHUI_VAR"], ignore_errors=True)

from lianghui.settings import *  # noqa: E402, F403
from lianghui.settings import STATIC_ROOT  # noqa: E402

Path(STATIC_ROOT).mkdir()  # whitenoise warns where it is missing
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # safe hashes are slow, and meant to be
ALERTS_BESIDE = False  # tests deliver themselves, in the order in which they look
DOWNLOADS_RENEWED = False  # tests that ask for files count what is done for each request
API_RATE = "1000000/minute"  # tests ask more than people; those of the rate set their own
