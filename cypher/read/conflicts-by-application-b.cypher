// Conflicts of a night, by application_b
//
// As `conflicts.cypher`, for some.
//
// Parameters
//   $values  application_b  :param values => ['A2']
//   $night   the night that is read  :param night => 3
//
// Columns
//   application_a  application a
//   application_b  a < b
//   rule           the rule that would have joined the two
//   reason         why it did not
UNWIND $values AS value
MATCH (b:Application {applicationId: value})
MATCH (a:Application)-[t:CONFLICTS_WITH]->(b:Application) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN a.applicationId AS application_a, b.applicationId AS application_b, t.rule AS rule, t.reason AS reason
