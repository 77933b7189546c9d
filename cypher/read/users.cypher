// Some of the people who use an identifier
//
// Of every value as many different people as asked for; fewer where there are no more.
//
// Parameters
//   $kind    kind of identifier      :param kind => 'phone'
//   $values  keys                    :param values => ['+8613800002231']
//   $most    how many people         :param most => 3
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  key, person_id, role
CYPHER replan=skip
UNWIND $values AS value
MATCH (i:Identifier {kind: $kind, key: value})
CALL (i) {
  MATCH (i)<-[t:USES]-(p:Person) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
  WITH DISTINCT p LIMIT $most
  RETURN p
}
MATCH (p)-[t:USES]->(i) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1)
RETURN collect([i.key, p.personId, t.role]) AS rows
