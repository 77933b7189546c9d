// Who uses which shared value, a page of people
//
// Every USES that held then: the links of the book, of values that two people or more have.
//
// Parameters
//   $from   the first id of the page  :param from => ''
//   $page   how many nodes            :param page => 10000
//   $night  the night that is read    :param night => 3
//
// Columns
//   last  the last id of the page; null: there are no more
//   rows  of each person that has any, a list of: person_id, kind, key, role, first_seen, last_seen (microseconds since 1970), count
CYPHER replan=skip
MATCH (n:Person) WHERE n.personId >= $from
WITH n AS a ORDER BY n.personId LIMIT $page
WITH a, COLLECT {
  MATCH (a)-[t:USES]->(b:Identifier) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
  RETURN [a.personId, b.kind, b.key, t.role, t.firstSeen.epochMillis * 1000 + t.firstSeen.microsecond % 1000,
          t.lastSeen.epochMillis * 1000 + t.lastSeen.microsecond % 1000, t.count]
} AS rows
RETURN collect(a.personId)[-1] AS last, collect(CASE WHEN size(rows) > 0 THEN rows END) AS rows
