// Applications with these keys as employer.own
//
// By the index on the key. Rows that were replaced since are in `applications-versions.cypher`.
//
// Parameters
//   $values  keys  :param values => ['+8613800002231']
//   $night   the night that is read  :param night => 3
//
// Columns
//   application_id  the application
//   key             the key
//   used_at         microseconds since 1970
UNWIND $values AS value
MATCH (n:Application {keyEmployerOwn: value}) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
RETURN n.applicationId AS application_id, n.keyEmployerOwn AS key, n.appliedAt.epochSeconds * 1000000 + n.appliedAt.microsecond AS used_at
