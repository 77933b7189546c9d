MATCH (i:Identifier) WHERE i.degree >= 2 AND i.degree <= $cap
MATCH (i)<-[:USES]-(p:Person)
WITH i, collect(DISTINCT p) AS people, log(2) / log(1 + i.degree) AS w
UNWIND range(0, size(people) - 2) AS x UNWIND range(x + 1, size(people) - 1) AS y
WITH CASE WHEN people[x].id < people[y].id THEN people[x] ELSE people[y] END AS a,
     CASE WHEN people[x].id < people[y].id THEN people[y] ELSE people[x] END AS b, sum(w) AS weight
RETURN gds.graph.project('g', a, b, {relationshipProperties: {weight: weight}}, {undirectedRelationshipTypes: ['*']}) AS graph
