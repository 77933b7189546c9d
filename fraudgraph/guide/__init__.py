"""What Neo4j Browser is served: a guide through the sample, a style sheet, and the questions as favourites."""
