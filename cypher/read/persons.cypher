// Persons of a night, a page of them
//
// The rows that still stand in their nodes, by the index on their ids; those that were replaced since are in `persons-versions.cypher`.
//
// Parameters
//   $from   the first id of the page  :param from => ''
//   $page   how many nodes            :param page => 10000
//   $night  the night that is read    :param night => 3
//
// Columns
//   last  the last id of the page; null: there are no more
//   rows  person_id, first_applied_at, last_applied_at, applications, intent (times: microseconds since 1970)
CYPHER replan=skip
MATCH (n:Person) WHERE n.personId >= $from
WITH n ORDER BY n.personId LIMIT $page
WITH properties(n) AS m
RETURN collect(m.personId)[-1] AS last,
       collect(CASE WHEN m.fromNight <= $night < coalesce(m.toNight, $night + 1) THEN
        [m.personId, m.firstAppliedAt.epochMillis * 1000 + m.firstAppliedAt.microsecond % 1000,
         m.lastAppliedAt.epochMillis * 1000 + m.lastAppliedAt.microsecond % 1000, m.applications, m.intent]
       END) AS rows
