// Hub windows of a night
//
// Rows that are nodes of their own; there are not many.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   rows  kind, key, window, since
CYPHER replan=skip
MATCH (n:HubWindow) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
RETURN collect([n.kind, n.key, n.window, n.since]) AS rows
