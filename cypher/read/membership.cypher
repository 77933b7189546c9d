// Membership of a night
//
// Every BY that held then.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   application_id  application id
//   person_id       ``P-`` and the person's first application
//   how             the rule that joined this application to its person; ``first`` for the person's first
MATCH (a:Application)-[t:BY]->(b:Person) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN a.applicationId AS application_id, b.personId AS person_id, t.how AS how
