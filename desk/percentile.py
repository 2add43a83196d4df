"""Percentiles of a list of figures. Knows no database, so that every database gives the same."""

from collections.abc import Sequence
from math import floor


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which the `share` (0 to 1) of the values lies; the median with 0.5.

    Between two values it goes in a straight line, as PostgreSQL's `percentile_cont` does. Raises
    ValueError without values, or for a share that is none.
    """
    if not values or not 0 <= share <= 1:
        raise ValueError("A percentile needs values, and a share from 0 to 1.")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = floor(place)
    below, above = ordered[low], ordered[min(low + 1, len(ordered) - 1)]
    # Rounding must not lead past the next value.
    return min(below + (above - below) * (place - low), above)
