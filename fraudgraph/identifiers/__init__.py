"""Identifiers: raw values to normalised keys, each with the status that it earned."""

from fraudgraph.identifiers.keying import denied, identify, key_of, keys_of
from fraudgraph.identifiers.name_agreement import name_agreement

__all__ = ["denied", "identify", "key_of", "keys_of", "name_agreement"]
