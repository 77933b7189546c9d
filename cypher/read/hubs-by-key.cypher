// Hubs of a night, by key
//
// As `hubs.cypher`, for some.
//
// Parameters
//   $values  key                     :param values => ['A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  kind, key, people, cap
CYPHER replan=skip
UNWIND $values AS value
MATCH (n:Hub {key: value}) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
RETURN collect([n.kind, n.key, n.people, n.cap]) AS rows
