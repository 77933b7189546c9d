"""What comes of a near pair, in bits: all that pairs beside it, and a later night, must know of its probability."""

KEPT = 1
"""Over the drop cut."""

BINDS = 2
"""Not only joins, and probable enough for a tie or for the ladder: the two are of one unit."""

LOUD = 4
"""Shifted by the number of a second look: a strong pair, by the look before it. Such pairs speak for those beside them."""
