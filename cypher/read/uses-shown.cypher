// Who uses which shared value
//
// Every USES that held then: the links of the book, of values that two people or more have.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   person_id   the person
//   kind        kind of identifier
//   key         the value
//   role        own, contact1, ...
//   first_seen  microseconds since 1970
//   last_seen   microseconds since 1970
//   count       applications
MATCH (p:Person)-[t:USES]->(i:Identifier) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN p.personId AS person_id, i.kind AS kind, i.key AS key, t.role AS role, t.firstSeen.epochSeconds * 1000000 + t.firstSeen.microsecond AS first_seen,
       t.lastSeen.epochSeconds * 1000000 + t.lastSeen.microsecond AS last_seen, t.count AS count
