"""How a book's values are kept: plain, or as keyed tokens and masked captions. Decided when a store is made, the same ever after."""

from fraudgraph.values.kept import PLAIN, Plain, Values, values_of

__all__ = ["PLAIN", "Plain", "Values", "values_of"]
