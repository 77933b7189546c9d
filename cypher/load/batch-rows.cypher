// BatchRows: tables of one batch that never change
//
// Input order and rejects, some thousand rows a node. A row is a list: table, part (0, 1, ...), the rows as JSON (column -> values).
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['input_order', 0, '{"application_id": ["A1"], "position": [0]}']]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
CREATE (:BatchRows {night: $night, table: r[0], part: r[1], rows: r[2]})
