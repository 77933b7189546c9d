// Persons of a night, by their ids
//
// As `persons.cypher`, for some.
//
// Parameters
//   $values  personIds               :param values => ['P-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  person_id, first_applied_at, last_applied_at, applications, intent (times: microseconds since 1970)
CYPHER replan=skip
UNWIND $values AS value
MATCH (n:Person {personId: value})
WITH properties(n) AS m WHERE m.fromNight <= $night < coalesce(m.toNight, $night + 1)
RETURN collect(
        [m.personId, m.firstAppliedAt.epochMillis * 1000 + m.firstAppliedAt.microsecond % 1000,
         m.lastAppliedAt.epochMillis * 1000 + m.lastAppliedAt.microsecond % 1000, m.applications, m.intent]
       ) AS rows
