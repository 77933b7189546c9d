// Evidence of a night, by gang_id
//
// As `evidence.cypher`, for some.
//
// Parameters
//   $values  gang_id  :param values => ['G-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   gang_id  gang id
//   kind     kind of identifier, or ``relation:KIND``
//   key      plain; masked on the way out
//   members  people of the gang that it ties
//   others   people outside the gang who have it too
UNWIND $values AS value
MATCH (a:Gang {gangId: value})
MATCH (a:Gang)-[t:SHARES]->(b:Identifier) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN a.gangId AS gang_id, b.kind AS kind, b.key AS key, t.members AS members, t.others AS others
