// Identifiers that two people or more use, of one kind
//
// Which of these values have a node whose uses hold now.
//
// Parameters
//   $kind    kind of identifier      :param kind => 'phone'
//   $values  keys                    :param values => ['+8613800002231']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  the key
CYPHER replan=skip
UNWIND $values AS value
MATCH (i:Identifier {kind: $kind, key: value})
WHERE EXISTS { MATCH (i)<-[t:USES]-() WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1) }
RETURN collect([i.key]) AS rows
