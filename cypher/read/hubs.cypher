// Hubs of a night
//
// Rows that are nodes of their own.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   kind    kind
//   key     plain; masked on the way out
//   people  distinct people who ever used it
//   cap     the kind's cap on people around one time
MATCH (n:Hub) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
RETURN n.kind AS kind, n.key AS key, n.people AS people, n.cap AS cap
