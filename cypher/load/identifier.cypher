// Identifier: values that get a node
//
// Values that a second person has now, those that evidence names, and wide networks that are hubs. All of one batch are of one kind. A row is a list: key, caption.
// A node of the kind and key that is there already stays as it is.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['+8613800002231', '138****2231']]
//   $kind   kind of identifier         :param kind => 'phone'
//   $label  its label                  :param label => 'Phone'
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MERGE (i:Identifier {kind: $kind, key: r[0]})
ON CREATE SET i:$($label), i.caption = r[1], i.fromNight = $night
