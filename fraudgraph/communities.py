"""Communities: seeded Leiden inside each component of ties. The only user of igraph (and of leidenalg).

Gangs are chains, rings, stars and small cliques: any resolution that cuts a dense graph well breaks them. So the shape decides:

* *Sparse* (mean tie degree up to ``sparse_degree``, and not oversized): it stays whole, unless a thin bridge joins two bodies - one
  tie whose removal leaves two sides of ``body_members`` or more, each with more ties than people, so that neither side is a chain
  or a star.
* *Dense or oversized*: Leiden on modularity with a resolution (Reichardt and Bornholdt 2006: a community is kept where it is that many
  times denser inside than its people's degrees explain). The resolution is the calibration's: of ``communities.resolutions`` the one
  whose flagged communities gather most intent over half of the lift, see `fraudgraph.solving`.

Weights are tie probabilities. Every component is solved from its own sorted people with a seed made of the book's seed and its first
application.
"""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING, Protocol

import numpy as np

from fraudgraph.graph.components import components
from fraudgraph.model import BoolArray, FloatArray, Int32Array, IntArray
from fraudgraph.settings import Settings

if TYPE_CHECKING:
    import igraph


class Names(Protocol):
    """Person -> first application."""

    def __getitem__(self, person: int, /) -> str: ...


def find(
    a: Int32Array, b: Int32Array, weight: FloatArray, size: int, names: Names, resolution: float, settings: Settings
) -> Int32Array:
    """Return per person the smallest person of the community that the ties (a, b, weight) put them in.

    ``names[person]`` is the person's first application: the seed of a component is made of its first person's. Ties are sorted by (a, b).
    """
    label = components(size, a, b)
    result = label.copy()
    population = np.bincount(label, minlength=size)
    order = np.argsort(label[a], kind="stable")
    owner = label[a][order]
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]]) if len(order) else np.zeros(0, np.int64)
    stops = np.r_[starts[1:], len(order)] if len(order) else starts
    count = population[owner[starts]]
    sparse = _are_sparse(count, stops - starts, settings)
    # A sparse one falls apart into two bodies with more ties than people each, and the bridge; a dense one that is small does not.
    large = np.where(sparse, stops - starts >= count + 3, count >= settings.integer("communities.dense_members"))
    large &= count >= 2 * settings.integer("communities.body_members")
    cut = large & ~sparse
    thin = np.flatnonzero(large & sparse)
    if len(thin):
        some = np.concatenate([order[starts[one] : stops[one]] for one in thin])
        cut[thin[_with_inner_bridges(a[some], b[some], np.repeat(np.arange(len(thin)), (stops - starts)[thin]), len(thin))]] = True
    for start, stop, is_sparse in zip(starts[cut], stops[cut], sparse[cut], strict=True):
        rows = order[start:stop]
        people, local = np.unique(np.concatenate([a[rows], b[rows]]), return_inverse=True)
        edges = np.stack([local[: len(rows)], local[len(rows) :]], axis=1)
        seed = _seed(settings.integer("graph.seed"), names[int(people[0])])
        piece = _solve(len(people), edges, weight[rows], bool(is_sparse), seed, resolution, settings)
        first = np.full(int(piece.max()) + 1, size, np.int64)
        np.minimum.at(first, piece, people)
        result[people] = first[piece]
    return result


def _seed(seed: int, name: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{seed}|{name}".encode(), digest_size=6).digest(), "big")


def _solve(
    count: int, edges: IntArray, weight: FloatArray, sparse: bool, seed: int, resolution: float, settings: Settings
) -> IntArray:
    """Return a piece number per person of one connected component."""
    import igraph  # late: most questions need none of it

    graph = igraph.Graph(n=count, edges=edges.tolist(), edge_attrs={"weight": weight.tolist()})
    if sparse:
        return _cut_bridges(graph, settings)
    return _leiden(graph, random.Random(seed), resolution, settings)


def _with_inner_bridges(a: Int32Array, b: Int32Array, component: IntArray, components: int) -> BoolArray:
    """Return which components have a bridge between two people who both have other ties: one graph of all is made sooner than many."""
    import igraph  # late: most questions need none of it

    people, local = np.unique(np.concatenate([a, b]), return_inverse=True)
    ends = np.stack([local[: len(a)], local[len(a) :]], axis=1)
    bridge = np.array(igraph.Graph(n=len(people), edges=ends.tolist()).bridges(), np.int64)
    degree = np.bincount(local)
    inner = bridge[(degree[ends[bridge]] > 1).all(axis=1)]
    return np.bincount(component[inner], minlength=components) > 0


def _are_sparse(people: IntArray, ties: IntArray, settings: Settings) -> BoolArray:
    most = settings.number("communities.sparse_degree") * people
    return np.asarray((2 * ties <= most) & (people <= settings.integer("communities.oversized")))


def _cut_bridges(graph: igraph.Graph, settings: Settings) -> IntArray:
    body = settings.integer("communities.body_members")
    thin = [edge for edge in sorted(graph.bridges()) if _joins_bodies(graph, edge, body)]
    if not thin:
        return np.zeros(graph.vcount(), np.int64)
    rest = graph.copy()
    rest.delete_edges(thin)
    return np.array(rest.connected_components().membership, np.int64)


def _joins_bodies(graph: igraph.Graph, edge: int, body: int) -> bool:
    without = graph.copy()
    without.delete_edges([edge])
    sides = without.connected_components()
    left = sides.membership[graph.es[edge].source]
    members = [sum(1 for m in sides.membership if m == left)]
    members.append(graph.vcount() - members[0])
    if min(members) < body:
        return False
    inner = [0, 0]
    for e in without.es:
        inner[0 if sides.membership[e.source] == left else 1] += 1
    return all(ties > people for ties, people in zip(inner, members, strict=True))


def bridges(a: Int32Array, b: Int32Array, size: int) -> list[tuple[int, int]]:
    """Return (place of a tie, people on the smaller side) of the ties without which their component falls apart."""
    import igraph

    graph = igraph.Graph(n=size, edges=np.stack([a, b], axis=1).tolist())
    found = []
    for edge in sorted(graph.bridges()):
        without = graph.copy()
        without.delete_edges([edge])
        sides = (without.subcomponent(end) for end in (graph.es[edge].source, graph.es[edge].target))
        found.append((edge, min(len(side) for side in sides)))
    return found


def profile(a: Int32Array, b: Int32Array, weight: FloatArray, size: int, most: float, seed: int) -> list[tuple[float, IntArray]]:
    """Return how a graph falls apart as the resolution of Leiden rises from nought to ``most``: (from here on, piece of each person), the
    lowest first. The quality function is the modularity with a resolution by which `find` cuts dense components."""
    import igraph
    import leidenalg

    graph = igraph.Graph(n=size, edges=np.stack([a, b], axis=1).tolist(), edge_attrs={"weight": weight.tolist()})
    optimiser = leidenalg.Optimiser()
    optimiser.set_rng_seed(seed)
    kind = leidenalg.RBConfigurationVertexPartition
    found = optimiser.resolution_profile(graph, kind, weights="weight", resolution_range=(0.0, most), number_iterations=-1)
    return [(float(part.resolution_parameter), np.array(part.membership, np.int64)) for part in found]


def seed_of(seed: int, name: str) -> int:
    """Return the seed of a component: made of the book's and of the component's first application."""
    return _seed(seed, name)


def _leiden(graph: igraph.Graph, generator: random.Random, resolution: float, settings: Settings) -> IntArray:
    import igraph

    igraph.set_random_number_generator(generator)
    try:
        found = graph.community_leiden(
            objective_function="modularity",
            weights="weight",
            resolution=resolution,
            n_iterations=settings.integer("communities.iterations"),
        )
    finally:
        igraph.set_random_number_generator(random)
    # A clique is cut by no resolution but into single people: that says nothing, and it stays whole.
    cut = max(len(piece) for piece in found) > 2
    return np.array(found.membership, np.int64) if cut else np.zeros(graph.vcount(), np.int64)

