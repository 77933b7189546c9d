// Is there anything in this database
//
// But for the book itself and its lease.
//
// Columns
//   label  of some node
CYPHER replan=skip
MATCH (n) WHERE NOT n:Book AND NOT n:Lease AND NOT n:Counter
RETURN coalesce(head(labels(n)), '') AS label LIMIT 1
