"""A person's fraud intent: today the mean of the given ones."""

from fraudgraph.intent.given import of_people

__all__ = ["of_people"]
