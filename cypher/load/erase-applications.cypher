// Erase applications, and relations that name them
//
// With all that points to them. A row is a list: application_id, token.
//
// Parameters
//   $rows  one list a row  :param rows => [['A1', '~00']]
CYPHER replan=skip
UNWIND $rows AS r
CALL (r) {
  MATCH (n:Relation {source: r[0]})
  DETACH DELETE n
}
CALL (r) {
  MATCH (n:Relation {target: r[0]})
  DETACH DELETE n
}
CALL (r) {
  MATCH (n:Application {applicationId: r[0]})
  DETACH DELETE n
}
