"""One file a kind of identifier; see `fraudgraph.identifiers.registry`."""
