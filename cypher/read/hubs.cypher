// Hubs of a night
//
// Rows that are nodes of their own; there are not many.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   rows  kind, key, people, cap
CYPHER replan=skip
MATCH (n:Hub) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
RETURN collect([n.kind, n.key, n.people, n.cap]) AS rows
