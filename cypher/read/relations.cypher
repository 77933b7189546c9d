// Relations of a night, a page of them
//
// By the application that they start from.
//
// Parameters
//   $from   the first id of the page  :param from => ''
//   $page   how many nodes            :param page => 10000
//   $night  the night that is read    :param night => 3
//
// Columns
//   last  the last id of the page; null: there are no more
//   rows  of each application that has any, a list of: source, target, kind, weight, applied_at (microseconds since 1970; null: always)
CYPHER replan=skip
MATCH (n:Application) WHERE n.applicationId >= $from
WITH n AS a ORDER BY n.applicationId LIMIT $page
WITH a, COLLECT {
  MATCH (a)<-[:SOURCE]-(n:Relation) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
  RETURN [n.source, n.target, n.kind, n.weight, n.appliedAt.epochMillis * 1000 + n.appliedAt.microsecond % 1000]
} AS rows
RETURN collect(a.applicationId)[-1] AS last, collect(CASE WHEN size(rows) > 0 THEN rows END) AS rows
