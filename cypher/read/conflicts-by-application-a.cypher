// Conflicts of a night, by application_a
//
// As `conflicts.cypher`, for some.
//
// Parameters
//   $values  application_a           :param values => ['A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  application_a, application_b, rule, reason
CYPHER replan=skip
UNWIND $values AS value
MATCH (a:Application {applicationId: value})
MATCH (a:Application)-[t:CONFLICTS_WITH]->(b:Application) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN collect([a.applicationId, b.applicationId, t.rule, t.reason]) AS rows
