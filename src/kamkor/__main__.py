"""Runs the command line as ``python -m kamkor``."""

import sys

from kamkor.cli import main

sys.exit(main())
