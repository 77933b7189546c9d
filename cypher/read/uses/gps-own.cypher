// Who has these keys as gps.own
//
// By the index on key and time, with the person where there is one. Rows that were replaced since are in `applications-versions.cypher`.
// A row is a list: number of the question, key, from and to (seconds, nanoseconds each).
//
// Parameters
//   $rows   what is asked           :param rows => [[0, '+8613800002231', 0, 0, 4102444800, 0]]
//   $night  the night that is read  :param night => 3
//
// Columns
//   rows  number of the question, application_id, key, used_at (microseconds since 1970), person_id (null: none)
CYPHER replan=skip
UNWIND $rows AS r
WITH r[0] AS value, r[1] AS key, datetime({epochSeconds: r[2], nanosecond: r[3]}) AS low,
     datetime({epochSeconds: r[4], nanosecond: r[5]}) AS high
MATCH (n:Application {keyGpsOwn: key}) WHERE low <= n.appliedAt <= high AND n.fromNight <= $night < coalesce(n.toNight, $night + 1)
OPTIONAL MATCH (n)-[t:BY]->(p:Person) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN collect([value, n.applicationId, key, n.appliedAt.epochMillis * 1000 + n.appliedAt.microsecond % 1000, p.personId]) AS rows
