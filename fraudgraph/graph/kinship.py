"""Alike by nature, or two kinds of people: what tells transmission from kinship when intents of tied people are alike."""

from __future__ import annotations

import numpy as np

from fraudgraph.model import MICRO, FloatArray, Int32Array, IntArray
from fraudgraph.settings import Settings


def otsu(intent: IntArray) -> int:
    """Return the split (millionths) of the intents into two classes with the largest variance between them, in 200 steps."""
    counts = np.bincount(intent * 200 // MICRO, minlength=201)
    weight, total = np.cumsum(counts), np.cumsum(counts * np.arange(len(counts)))
    inside = (weight > 0) & (weight < weight[-1])
    gap = (total[-1] * weight - total * weight[-1]).astype(float) ** 2
    between = np.where(inside, gap / np.maximum(weight * (weight[-1] - weight), 1), 0.0)
    return int(np.argmax(between) + 1) * MICRO // 200


def ranks(values: IntArray) -> FloatArray:
    """Return the place of each value among all, from 1 on; equal ones share the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ranked: FloatArray = (np.cumsum(count) - (count - 1) / 2)[place]
    return ranked


def alike_below(a: Int32Array, b: Int32Array, intent: IntArray, threshold: float, settings: Settings) -> bool:
    """Say whether pairs whose two people are both at or below T have intents of like rank (Spearman, over both orders of each pair)."""
    low = (intent[a] >= 0) & (intent[b] >= 0) & (intent[a] <= threshold * MICRO) & (intent[b] <= threshold * MICRO)
    count = int(low.sum())
    if count < 3:
        return False
    left = np.concatenate([intent[a[low]], intent[b[low]]])
    right = np.concatenate([intent[b[low]], intent[a[low]]])
    x, y = ranks(left), ranks(right)
    spread = float(np.std(x) * np.std(y))
    correlation = float(np.mean((x - x.mean()) * (y - y.mean()))) / spread if spread > 0 else 0.0
    error = 1.0 / np.sqrt(count)
    return correlation > settings.number("graph.guard_correlation") and correlation > settings.number("graph.guard_errors") * error
