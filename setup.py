"""What setup.cfg cannot say: the folder `cypher` lies at the top, and travels inside the package."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["fraudgraph", "fraudgraph.*"]), "fraudgraph.cypher"],
    package_dir={"fraudgraph.cypher": "cypher"},
)
