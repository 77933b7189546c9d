// Erase what people were before
//
// A scan a batch: who is nobody any more goes, another is called by the token. A name is a token by the id.
//
// Parameters
//   $names  id of a person -> the token's  :param names => {`P-A1`: 'P-~00'}
CYPHER replan=skip
MATCH (n:PersonVersion) WHERE n.personId IN keys($names)
SET n.personId = $names[n.personId]
WITH n WHERE NOT EXISTS { (:Person {personId: n.personId}) }
DELETE n
