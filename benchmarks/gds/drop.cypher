// The projection is not needed any more
CALL gds.graph.drop('g', false) YIELD graphName
RETURN graphName
