// What may not come back
//
// Keyed tokens of application ids that are about to be erased. The book says that an erasure is under way until a night is written.
//
// Parameters
//   $tokens  of application ids     :param tokens => ['~00']
//   $key     name of their key      :param key => '00ff'
CYPHER replan=skip
MATCH (b:Book {id: 'book'})
SET b.erasing = true
WITH b
UNWIND $tokens AS token
MERGE (p:Purged {token: token})
ON CREATE SET p.key = $key
