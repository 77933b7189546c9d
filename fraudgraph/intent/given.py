"""A person's intent from the intents given with the applications."""

from __future__ import annotations

import numpy as np
import polars as pl

from fraudgraph.model import MICRO, IntArray, Subjects


def of_people(applications: pl.DataFrame, subjects: Subjects) -> IntArray:
    """Return per person the mean ``fraud_intent`` of the applications that have one, in millionths; -1 where none has.

    Intents are summed as integers of one millionth, so that the mean does not depend on the order of the rows. Halves round to
    even.
    """
    micro = (applications["fraud_intent"].fill_nan(None) * MICRO).round().cast(pl.Int64)
    known = micro.is_not_null().to_numpy()
    person = subjects.person[known]
    count = np.bincount(person, minlength=subjects.count).astype(np.int64)
    total = np.zeros(subjects.count, dtype=np.int64)
    np.add.at(total, person, micro.drop_nulls().to_numpy())
    mean, rest = np.divmod(total, np.maximum(count, 1))
    mean += (2 * rest > count) | ((2 * rest == count) & (count > 0) & (mean % 2 == 1))
    result: IntArray = np.where(count > 0, mean, -1)
    return result
