// Placeholders of a night
//
// Rows that are nodes of their own.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   kind    kind of key
//   key     the normalised value
//   people  distinct (name, ID number) pairs that gave it
MATCH (n:Placeholder) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
RETURN n.kind AS kind, n.key AS key, n.people AS people
