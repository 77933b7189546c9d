"""Values kept without being shown: keyed tokens that compare as the values do, and masked captions that a person can read."""

from fraudgraph.concealment.key import Key, load, load_or_make
from fraudgraph.concealment.tokens import token, tokens

__all__ = ["Key", "load", "load_or_make", "token", "tokens"]
