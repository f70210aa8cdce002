"""Where a web server enters."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

OBJECTS = 50_000
"""Objects made between two looks for garbage in circles, of which there is little; Python's 700 cost a third."""

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianghui.settings")
application = get_wsgi_application()
resolve("/")  # read all views now, and not while the first visitors wait
gc.freeze()  # what is there now stays: nobody need look through it again
gc.set_threshold(OBJECTS, 20, 100)
