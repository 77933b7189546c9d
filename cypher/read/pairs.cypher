// Pairs of a night, a page of them
//
// Every NEAR that held then, by the node that it starts from.
//
// Parameters
//   $from   the first id of the page  :param from => ''
//   $page   how many nodes            :param page => 10000
//   $night  the night that is read    :param night => 3
//
// Columns
//   last  the last id of the page; null: there are no more
//   rows  of each node that has any, a list of: person_a, person_b, link_code, degree, prior, standing
CYPHER replan=skip
MATCH (n:Person) WHERE n.personId >= $from
WITH n AS a ORDER BY n.personId LIMIT $page
WITH a, COLLECT {
  MATCH (a)-[t:NEAR]->(b:Person) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1) AND t.code IS NOT NULL
  RETURN [a.personId, b.personId, t.code, t.degree, t.prior, t.standing]
} AS rows
RETURN collect(a.personId)[-1] AS last, collect(CASE WHEN size(rows) > 0 THEN rows END) AS rows
