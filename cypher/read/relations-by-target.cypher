// Relations of a night, by target
//
// As `relations.cypher`, for some.
//
// Parameters
//   $values  application ids         :param values => ['A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  source, target, kind, weight, applied_at (microseconds since 1970; null: always)
CYPHER replan=skip
UNWIND $values AS value
MATCH (n:Relation {target: value}) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
RETURN collect([n.source, n.target, n.kind, n.weight, n.appliedAt.epochMillis * 1000 + n.appliedAt.microsecond % 1000]) AS rows
