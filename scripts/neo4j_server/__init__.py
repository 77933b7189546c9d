"""A real Neo4j for developers and tests, without docker: assembled from Maven Central, started with a password of its own."""
