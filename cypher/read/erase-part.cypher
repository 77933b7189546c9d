// A part of a table of one batch
//
// Parameters
//   $night  of the batch, as the graph numbers it  :param night => 3
//   $table  input_order or rejects                 :param table => 'rejects'
//   $part   0, 1, ...                              :param part => 0
//
// Columns
//   rows  JSON: column -> values
CYPHER replan=skip
MATCH (r:BatchRows {night: $night, table: $table}) WHERE r.part = $part
RETURN r.rows AS rows
