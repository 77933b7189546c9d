"""``python -m neo4j_server``, which ``scripts/neo4j`` runs."""

import sys

from neo4j_server.command import main

sys.exit(main())
