// Membership of a night, by application_id
//
// As `membership.cypher`, for some.
//
// Parameters
//   $values  application_id          :param values => ['A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  application_id, person_id, how
CYPHER replan=skip
UNWIND $values AS value
MATCH (a:Application {applicationId: value})
MATCH (a:Application)-[t:BY]->(b:Person) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN collect([a.applicationId, b.personId, t.how]) AS rows
