// Parts of the tables of batches
//
// Columns
//   night  as the graph numbers it
//   table  input_order or rejects
//   part   0, 1, ...
CYPHER replan=skip
MATCH (r:BatchRows)
RETURN r.night AS night, r.table AS table, r.part AS part ORDER BY night, table, part
