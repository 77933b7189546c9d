"""Where the nodes of a small picture go: distances on paper follow distances in the graph, and nothing lies on anything else.

Stress majorisation from a fixed start, then a few rounds of pushing boxes apart. No chance is involved: the same graph, in the same
order, gives the same picture. Meant for some tens of nodes (cost is cubic).
"""

from __future__ import annotations

import numpy as np

from fraudgraph.model import FloatArray

ROUNDS, STEP = 300, 0.9
"""Rounds of stress majorisation, and how far each goes towards its aim; a full step can swing to and fro."""

PUSHES = 300
"""Rounds of pushing boxes apart; it ends sooner where none overlap any more."""

WIDEST, ROW = 720.0, 110.0
"""Pixels of a row of a folded picture, and between rows."""


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
    points = _turned(_stress(distances(nodes, edges)))
    step = float(np.median([np.hypot(*(points[a] - points[b])) for a, b in edges])) if edges else 1.0
    points = points * (78.0 / max(step, 1e-9)) * np.array([aspect, 1.0])
    placed: FloatArray = np.round(_apart(_folded(points), width, height), 1)
    return placed


def _folded(points: FloatArray) -> FloatArray:
    """Return ``points`` of a long, flat picture laid out in rows that run to and fro, so that a chain stays large enough to read."""
    span = np.ptp(points, axis=0)
    if span[0] <= WIDEST or span[0] < 3 * span[1]:
        return points
    rows = int(np.ceil(span[0] / WIDEST))
    length = span[0] / rows
    along = points[:, 0] - points[:, 0].min()
    row = np.minimum((along // length).astype(np.int64), rows - 1)
    within = along - row * length
    across = np.where(row % 2 == 0, within, length - within)
    middle = np.array([points[row == place, 1].mean() if (row == place).any() else 0.0 for place in range(rows)])
    down = points[:, 1] - middle[row]
    return np.column_stack([across, down + row * (np.ptp(down) + ROW)])


def _turned(points: FloatArray) -> FloatArray:
    """Return ``points`` around their middle, their longest extent across."""
    x, y = (points - points.mean(axis=0)).T
    angle = 0.5 * np.arctan2(2 * (x * y).sum(), (x * x).sum() - (y * y).sum())
    return np.column_stack([x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)])


def _start(wanted: FloatArray) -> FloatArray:
    """Return first places: how much nearer each node is to one than to the other of two far nodes, across and again down."""
    first = int(wanted.sum(axis=1).argmax())
    last = int(wanted[first].argmax())
    side = int(np.minimum(wanted[first], wanted[last]).argmax())
    other = int((wanted[side] - np.abs(wanted[first] - wanted[last])).argmax())
    angle = 2 * np.pi * np.arange(len(wanted)) / len(wanted)
    across, down = (wanted[first] - wanted[last]) / 2, (wanted[side] - wanted[other]) / 2
    # Nodes that the graph cannot tell apart must not start on one point.
    return np.column_stack([across + 0.4 * np.cos(angle), down + 0.4 * np.sin(angle)])


def _stress(wanted: FloatArray) -> FloatArray:
    """Return (nodes, 2) places whose distances are near ``wanted``. No linear algebra library is asked: what it answers may depend on the
    number of cores."""
    points = _start(wanted)
    weights = 1 / np.maximum(wanted, 1e-9) ** 2
    np.fill_diagonal(weights, 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    for _ in range(ROUNDS):
        apart = points[:, None, :] - points[None, :, :]
        gap = np.maximum(np.hypot(apart[..., 0], apart[..., 1]), 1e-9)
        aim = points[None, :, :] + apart * (wanted / gap)[..., None]
        points = points + STEP * ((weights[..., None] * aim).sum(axis=1) - points)
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
