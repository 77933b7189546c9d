// A table of one batch
//
// In parts, as JSON.
//
// Parameters
//   $table  input_order or rejects  :param table => 'rejects'
//   $night  the night that is read  :param night => 3
//
// Columns
//   rows  JSON: column -> values
CYPHER replan=skip
MATCH (r:BatchRows {night: $night, table: $table})
RETURN r.rows AS rows ORDER BY r.part
