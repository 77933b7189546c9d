"""``python -m fraudgraph``."""

import sys

from fraudgraph.cli import main

sys.exit(main())
