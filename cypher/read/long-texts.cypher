// Values that no index can hold
//
// By the tokens that stand for them elsewhere.
//
// Parameters
//   $values  tokens  :param values => ['…long:00ff']
//
// Columns
//   token  the token
//   text   the value
CYPHER replan=skip
UNWIND $values AS value
MATCH (t:LongText {token: value})
RETURN t.token AS token, t.text AS text
