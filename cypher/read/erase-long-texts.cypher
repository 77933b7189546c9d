// Which tokens of long values still stand for something
//
// Parameters
//   $tokens  of long values  :param tokens => ['…long:00ff']
//
// Columns
//   token  that something has
CYPHER replan=skip
MATCH (n:Application|ApplicationVersion|Identifier|Hub|HubWindow|Placeholder|Relation)
UNWIND keys(n) AS name
WITH n[name] AS value WHERE value IN $tokens
RETURN DISTINCT value AS token
