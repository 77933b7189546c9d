// Evidence of a night, by gang_id
//
// As `evidence.cypher`, for some.
//
// Parameters
//   $values  gang_id                 :param values => ['G-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  gang_id, kind, key, members, others
CYPHER replan=skip
UNWIND $values AS value
MATCH (a:Gang {gangId: value})
MATCH (a:Gang)-[t:SHARES]->(b:Identifier) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN collect([a.gangId, b.kind, b.key, t.members, t.others]) AS rows
