"""How a book's values are kept: plain, or as keyed tokens and masked captions. Decided when a store is made, the same ever after."""

from fraudgraph.values.kept import PLAIN, Plain, Values, values_of
from fraudgraph.values.masked import Masked

__all__ = ["PLAIN", "Masked", "Plain", "Values", "values_of"]
