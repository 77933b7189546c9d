// Erase the people who were nobody but erased applications
//
// After these. Who is called by one of them and has others, of former nights, is called by its token. A row is a list: application_id,
// token.
//
// Parameters
//   $rows  one list a row  :param rows => [['A1', '~00']]
CYPHER replan=skip
UNWIND $rows AS r
MATCH (n:Person {personId: 'P-' + r[0]})
SET n.personId = 'P-' + r[1]
WITH n WHERE NOT EXISTS { (n)<-[:BY]-(:Application) }
DETACH DELETE n
