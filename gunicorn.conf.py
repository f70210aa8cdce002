"""How gunicorn serves the site, here and in production; it reads this file from the directory it starts in.

The address comes from the command line (`-b 127.0.0.1:8000`), or from `PORT` in the environment.
"""

import ctypes
import gc
import importlib
import os
import shutil
import sys
import uuid
from contextlib import suppress

from django.core.exceptions import ImproperlyConfigured

from lianghui.logs import logging_as

wsgi_app = "lianghui.wsgi"

# A page is answered in milliseconds from an index on disk: two processes for two cores, and threads so that a slow
# reader, or a page that takes long, does not hold up what is there already; of those only two make pages
# (lianghui/turns.py).
workers = 2
threads = 8

# A long export may take more than gunicorn's 30 seconds; what is under way when the server stops is finished first.
timeout = 60
graceful_timeout = 60

# The address of a list is as long as its filters: the longest that anybody chooses by hand has some 2,000 characters.
# 8,190 is gunicorn's highest limit, and nginx's; above it there is a page that says so (414), as for headers (431).
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190
worker_class = "lianghui.server.Worker"

# Where the site lies and what is asked for is said by the address alone: gunicorn would take both from headers that a
# proxy on this machine hands on, and anybody could have one page kept as another.
forwarder_headers = ""

# Who reads what is nobody's business: the site itself writes a line for each request, which does not tell. What
# gunicorn has to say goes the same way.
accesslog = None
logconfig_dict = logging_as(json_lines=os.environ.get("LIANGHUI_ENV") == "production")

ARENAS = -8  # M_ARENA_MAX of malloc.h

# Its place is one for each user of the machine: two servers would fight over it.
control_socket_disable = True


def on_starting(_: object) -> None:
    """Stop with one line where a setting is missing, before worker after worker fails with a traceback."""
    on_reload(_)
    try:
        settings = importlib.import_module("lianghui.settings")
    except ImproperlyConfigured as error:
        sys.exit(f"gunicorn: {error}")
    shutil.rmtree(settings.CACHES["default"]["LOCATION"], ignore_errors=True)
    del sys.modules["lianghui.settings"]  # workers that a reload starts must read the file anew


def on_reload(_: object) -> None:
    """Count what was kept before no more: another program may have made it."""
    os.environ["LIANGHUI_START"] = uuid.uuid4().hex


def post_fork(_server: object, _worker: object) -> None:
    """Let threads share two places to take memory from; of glibc's eight for each processor little is given back."""
    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(ARENAS, 2)


def post_worker_init(_: object) -> None:
    """Leave alone, when garbage is looked for, what is there for good; a page makes much that dies with it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 5)
