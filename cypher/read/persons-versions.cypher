// Persons of a night, where their nodes have newer rows by now
//
// Read after the nodes: a row that is replaced meanwhile is then found here, or twice, but never missed.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   row  person_id, first_applied_at, last_applied_at, applications, intent (times: microseconds since 1970)
CYPHER replan=skip
MATCH (n:PersonVersion) WHERE n.toNight > $night AND n.fromNight <= $night
WITH properties(n) AS m
RETURN [m.personId, m.firstAppliedAt.epochMillis * 1000 + m.firstAppliedAt.microsecond % 1000,
         m.lastAppliedAt.epochMillis * 1000 + m.lastAppliedAt.microsecond % 1000, m.applications, m.intent] AS row
