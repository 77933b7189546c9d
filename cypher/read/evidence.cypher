// Evidence of a night, a page of them
//
// Every SHARES that held then, by the node that it starts from.
//
// Parameters
//   $from   the first id of the page  :param from => ''
//   $page   how many nodes            :param page => 10000
//   $night  the night that is read    :param night => 3
//
// Columns
//   last  the last id of the page; null: there are no more
//   rows  of each node that has any, a list of: gang_id, kind, key, members, others
CYPHER replan=skip
MATCH (n:Gang) WHERE n.gangId >= $from
WITH n AS a ORDER BY n.gangId LIMIT $page
WITH a, COLLECT {
  MATCH (a)-[t:SHARES]->(b:Identifier) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
  RETURN [a.gangId, b.kind, b.key, t.members, t.others]
} AS rows
RETURN collect(a.gangId)[-1] AS last, collect(CASE WHEN size(rows) > 0 THEN rows END) AS rows
