// Hub windows of a night, by key
//
// As `hub-windows.cypher`, for some.
//
// Parameters
//   $values  key                     :param values => ['A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  kind, key, window, since
CYPHER replan=skip
UNWIND $values AS value
MATCH (n:HubWindow {key: value}) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
RETURN collect([n.kind, n.key, n.window, n.since]) AS rows
