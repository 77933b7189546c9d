// Placeholder: values that say nothing
//
// A row is a list: kind, key, people.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['phone', '+8613800000000', 400]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
CREATE (:Placeholder {kind: r[0], key: r[1], people: r[2], fromNight: $night})
