// Indexes and constraints that are there
//
// By name.
//
// Columns
//   name  of the index or constraint
SHOW INDEXES YIELD name
RETURN name
