"""Places by satellite: cells of about a hundred metres.

A cell is a thousandth of a degree of latitude (111 m) by as many thousandths of longitude as make about the same length there. (0, 0),
points given to one decimal or none (39.9, 116.4: a city's default) and the listed defaults of geocoders are placeholders.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from fraudgraph.identifiers import placeholders
from fraudgraph.identifiers.registry import MALFORMED, MISSING, PLACEHOLDER, STATUS, VALID, Context, Keyed, Kind

CELLS_PER_DEGREE = 1000
_WIDTHS = np.maximum(1, np.round(CELLS_PER_DEGREE * np.cos(np.radians(np.arange(91) + 0.5)))).astype(np.int64)
"""Cells per degree of longitude, by whole degrees of latitude away from the equator: a table, so that no cell hangs on a last bit."""


def normalise(values: pl.Series, context: Context) -> Keyed:
    """Return the cells of points. ``values`` are latitudes (with the column ``gps_lon`` beside them), or texts ``latitude,longitude``."""
    if values.dtype == pl.String:
        parts = values.str.extract_groups(r"^\s*(-?[0-9.]+)\s*[,; ]\s*(-?[0-9.]+)\s*$")
        latitude = parts.struct.field("1").cast(pl.Float64, strict=False)
        longitude = parts.struct.field("2").cast(pl.Float64, strict=False)
        return _cells(latitude, longitude, values.is_null() | (values.str.strip_chars() == ""))
    other = context.column("gps_lon")
    longitude = pl.Series([None], dtype=pl.Float64).new_from_index(0, len(values)) if other is None else other
    return _cells(values.cast(pl.Float64), longitude, values.is_null() & longitude.is_null())


def _cells(latitude: pl.Series, longitude: pl.Series, missing: pl.Series) -> Keyed:
    lat = latitude.fill_null(np.nan).to_numpy()
    lon = longitude.fill_null(np.nan).to_numpy()
    inside = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    lat, lon = np.where(inside, lat, 0.0), np.where(inside, lon, 0.0)
    row = np.floor(lat * CELLS_PER_DEGREE + 1e-6).astype(np.int64)
    band = np.minimum(np.abs(row) // CELLS_PER_DEGREE, 90)
    column = np.floor(lon * _WIDTHS[band] + 1e-6).astype(np.int64)
    coarse = (np.abs(lat * 10 - np.round(lat * 10)) < 1e-6) & (np.abs(lon * 10 - np.round(lon * 10)) < 1e-6)
    frame = pl.DataFrame({"r": row, "c": column, "lat": lat, "lon": lon})
    name = frame.select(
        pl.concat_str([pl.col("r"), pl.col("c")], separator=":").alias("k"),
        pl.concat_str([pl.col("lat").round(3), pl.col("lon").round(3)], separator=",")
        .is_in(placeholders.section("gps", "points"))
        .alias("p"),
    )
    status = np.where(
        missing.to_numpy(), MISSING, np.where(~inside, MALFORMED, np.where(coarse | name["p"].to_numpy(), PLACEHOLDER, VALID))
    )
    return Keyed(name["k"].set(pl.Series(status != VALID), None), pl.Series("s", status.astype(np.uint8), dtype=STATUS))


KINDS = (Kind("gps", normalise, digests=False),)
