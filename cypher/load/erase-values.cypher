// Erase values that nobody has any more
//
// A row is a list: kind, key.
//
// Parameters
//   $rows  one list a row  :param rows => [['phone', '+8613800138000']]
CYPHER replan=skip
UNWIND $rows AS r
CALL (r) {
  MATCH (n:Identifier {kind: r[0], key: r[1]})
  DETACH DELETE n
}
CALL (r) {
  MATCH (n:Hub {key: r[1]}) WHERE n.kind = r[0]
  DETACH DELETE n
}
CALL (r) {
  MATCH (n:HubWindow {key: r[1]}) WHERE n.kind = r[0]
  DETACH DELETE n
}
CALL (r) {
  MATCH (n:Placeholder {key: r[1]}) WHERE n.kind = r[0]
  DETACH DELETE n
}
