// A part of a table of one batch, written anew
//
// Parameters
//   $night  of the batch, as the graph numbers it  :param night => 3
//   $table  input_order or rejects                 :param table => 'rejects'
//   $part   0, 1, ...                              :param part => 0
//   $rows   JSON                                   :param rows => '{}'
CYPHER replan=skip
MATCH (r:BatchRows {night: $night, table: $table}) WHERE r.part = $part
SET r.rows = $rows
