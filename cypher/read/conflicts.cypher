// Conflicts of a night, a page of them
//
// Every CONFLICTS_WITH that held then, by the node that it starts from.
//
// Parameters
//   $from   the first id of the page  :param from => ''
//   $page   how many nodes            :param page => 10000
//   $night  the night that is read    :param night => 3
//
// Columns
//   last  the last id of the page; null: there are no more
//   rows  of each node that has any, a list of: application_a, application_b, rule, reason
CYPHER replan=skip
MATCH (n:Application) WHERE n.applicationId >= $from
WITH n AS a ORDER BY n.applicationId LIMIT $page
WITH a, COLLECT {
  MATCH (a)-[t:CONFLICTS_WITH]->(b:Application) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
  RETURN [a.applicationId, b.applicationId, t.rule, t.reason]
} AS rows
RETURN collect(a.applicationId)[-1] AS last, collect(CASE WHEN size(rows) > 0 THEN rows END) AS rows
