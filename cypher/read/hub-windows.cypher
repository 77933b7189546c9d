// Hub_windows of a night
//
// Rows that are nodes of their own.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   kind    kind
//   key     of a hub
//   window  number of the window: it starts so many half windows after 1970, and is two halves long
//   people  distinct people who used the value in it
MATCH (n:HubWindow) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
RETURN n.kind AS kind, n.key AS key, n.window AS window, n.people AS people
