// Call communities and gangs by a token where they were called by an erased application
//
// A row is a list: application_id, token.
//
// Parameters
//   $rows  one list a row  :param rows => [['A1', '~00']]
CYPHER replan=skip
UNWIND $rows AS r
CALL (r) {
  MATCH (n:Community {communityId: 'C-' + r[0]})
  SET n.communityId = 'C-' + r[1]
}
CALL (r) {
  MATCH (n:Gang {gangId: 'G-' + r[0]})
  SET n.gangId = 'G-' + r[1]
}
