"""People: which applications are one person's, by deterministic rules, and why.

>>> subjects = resolve(applications, identified, settings, agree=name_agreement)  # doctest: +SKIP
"""

from fraudgraph.subjects.identity import identity_components
from fraudgraph.subjects.resolve import resolve
from fraudgraph.subjects.tables import membership_table, people, person_ids, persons_table

__all__ = ["identity_components", "membership_table", "people", "person_ids", "persons_table", "resolve"]
