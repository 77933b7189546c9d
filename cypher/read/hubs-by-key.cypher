// Hubs of a night, by key
//
// As `hubs.cypher`, for some.
//
// Parameters
//   $values  key  :param values => ['A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   kind    kind
//   key     plain; masked on the way out
//   people  distinct people who ever used it
//   cap     the kind's cap on people around one time
UNWIND $values AS value
MATCH (n:Hub {key: value}) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
RETURN n.kind AS kind, n.key AS key, n.people AS people, n.cap AS cap
