// Persons of a night, by their ids
//
// As `persons.cypher`, for some.
//
// Parameters
//   $values  personIds  :param values => ['P-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   person_id         person id
//   first_applied_at  microseconds since 1970
//   last_applied_at   microseconds since 1970
//   applications      applications
//   intent            mean over the person's applications; null where unknown
UNWIND $values AS value
MATCH (n:Person {personId: value}) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
RETURN n.personId AS person_id,
       n.firstAppliedAt.epochSeconds * 1000000 + n.firstAppliedAt.microsecond AS first_applied_at,
       n.lastAppliedAt.epochSeconds * 1000000 + n.lastAppliedAt.microsecond AS last_applied_at,
       n.applications AS applications,
       n.intent AS intent
