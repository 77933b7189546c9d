// Erase long values that nothing stands for any more
//
// Parameters
//   $tokens  of long values  :param tokens => ['…long:00ff']
CYPHER replan=skip
UNWIND $tokens AS token
MATCH (n:LongText {token: token})
DELETE n
