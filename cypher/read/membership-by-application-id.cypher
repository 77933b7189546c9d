// Membership of a night, by application_id
//
// As `membership.cypher`, for some.
//
// Parameters
//   $values  application_id  :param values => ['A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   application_id  application id
//   person_id       ``P-`` and the person's first application
//   how             the rule that joined this application to its person; ``first`` for the person's first
UNWIND $values AS value
MATCH (a:Application {applicationId: value})
MATCH (a:Application)-[t:BY]->(b:Person) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN a.applicationId AS application_id, b.personId AS person_id, t.how AS how
