// LongText: values that no index can hold
//
// A value of more than a thousand bytes is kept once, here; elsewhere its token stands for it. A row is a list: token, text.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['…long:00ff', 'a very long value']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MERGE (t:LongText {token: r[0]})
ON CREATE SET t.text = r[1], t.fromNight = $night
