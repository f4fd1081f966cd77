"""Serves the floor as the desk is served: the same program, settings of gunicorn and pool."""

import os
import sys

import django

from kamkor.web.serving import bound, serve

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.floor.settings"
    django.setup()
    serve(bound(int(sys.argv[1]), lan=False))
