"""Where the nodes of a small picture go: distances on paper follow distances in the graph, and nothing lies on anything else.

Stress majorisation from a fixed start, then a few rounds of pushing boxes apart. No chance is involved: the same graph, in the same
order, gives the same picture. Meant for some tens of nodes (cost is cubic).
"""

from __future__ import annotations

import numpy as np

from fraudgraph.model import FloatArray

ROUNDS = 150
"""Rounds of stress majorisation; pictures of sixty nodes stand still long before."""

PUSHES = 300


def distances(nodes: int, edges: list[tuple[int, int]]) -> FloatArray:
    """Return the (nodes, nodes) matrix of steps between nodes; parts that are not connected are a little further than the longest path."""
    far = np.full((nodes, nodes), np.inf)
    np.fill_diagonal(far, 0.0)
    for a, b in edges:
        far[a, b] = far[b, a] = 1.0
    for middle in range(nodes):
        np.minimum(far, far[:, middle, None] + far[None, middle, :], out=far)
    reached = far[np.isfinite(far)]
    longest = float(reached.max()) if reached.size else 1.0
    far[np.isinf(far)] = min(longest + 1.0, 5.0)
    return far


def place(nodes: int, edges: list[tuple[int, int]], width: FloatArray, height: FloatArray, aspect: float = 1.0) -> FloatArray:
    """Return (nodes, 2) centres in pixels of boxes of ``width`` x ``height`` pixels; the long side of the picture lies across.

    ``aspect`` stretches the picture across before boxes are pushed apart.
    """
    if nodes == 0:
        return np.zeros((0, 2))
    if nodes == 1:
        return np.zeros((1, 2))
    points = _stress(distances(nodes, edges))
    points = points - points.mean(axis=0)
    axes = np.linalg.svd(points, full_matrices=False)[2]
    axes = axes * np.where(axes[np.arange(2), np.abs(axes).argmax(axis=1)] < 0, -1.0, 1.0)[:, None]
    points = points @ axes.T
    step = float(np.median([np.hypot(*(points[a] - points[b])) for a, b in edges])) if edges else 1.0
    points = points * (78.0 / max(step, 1e-9)) * np.array([aspect, 1.0])
    placed: FloatArray = np.round(_apart(points, width, height), 1)
    return placed


def _stress(wanted: FloatArray) -> FloatArray:
    nodes = len(wanted)
    angle = 2 * np.pi * np.arange(nodes) / nodes
    circle = np.column_stack([np.cos(angle), np.sin(angle)]) * wanted.max() / 2
    centred = -0.5 * (np.eye(nodes) - 1 / nodes) @ (wanted**2) @ (np.eye(nodes) - 1 / nodes)
    values, vectors = np.linalg.eigh(centred)
    best = vectors[:, [-1, -2]] * np.sqrt(np.maximum(values[[-1, -2]], 0.0))
    best = best * np.where(best[np.abs(best).argmax(axis=0), np.arange(2)] < 0, -1.0, 1.0)
    points: FloatArray = best + 0.05 * circle  # nodes that the graph cannot tell apart must not start on one point
    weights = 1 / np.maximum(wanted, 1e-9) ** 2
    np.fill_diagonal(weights, 0.0)
    laplacian = np.diag(weights.sum(axis=1)) - weights
    inverse = np.linalg.pinv(laplacian)
    for _ in range(ROUNDS):
        gap = np.hypot(points[:, None, 0] - points[None, :, 0], points[:, None, 1] - points[None, :, 1])
        pull = -weights * wanted / np.maximum(gap, 1e-9)
        np.fill_diagonal(pull, 0.0)
        np.fill_diagonal(pull, -pull.sum(axis=1))
        points = inverse @ (pull @ points)
    return points


def _apart(points: FloatArray, width: FloatArray, height: FloatArray) -> FloatArray:
    """Return ``points`` moved as little as it takes for no two boxes to overlap."""
    points = points.copy()
    need_x = (width[:, None] + width[None, :]) / 2
    need_y = (height[:, None] + height[None, :]) / 2
    order = np.sign(np.arange(len(points))[:, None] - np.arange(len(points))[None, :])
    for _ in range(PUSHES):
        dx = points[:, None, 0] - points[None, :, 0]
        dy = points[:, None, 1] - points[None, :, 1]
        over_x = np.maximum(need_x - np.abs(dx), 0.0)
        over_y = np.maximum(need_y - np.abs(dy), 0.0)
        hit = (over_x > 0.01) & (over_y > 0.01)
        np.fill_diagonal(hit, False)
        if not hit.any():
            break
        across = over_x <= over_y  # the shorter way out
        push_x = np.where(hit & across, over_x * np.where(dx == 0, order, np.sign(dx)), 0.0)
        push_y = np.where(hit & ~across, over_y * np.where(dy == 0, order, np.sign(dy)), 0.0)
        points[:, 0] += 0.35 * push_x.sum(axis=1)
        points[:, 1] += 0.35 * push_y.sum(axis=1)
    return points
