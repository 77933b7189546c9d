// What may not come back
//
// Keyed tokens of application ids that were purged.
//
// Columns
//   token  of an application id
//   key    name of its key
CYPHER replan=skip
MATCH (p:Purged)
RETURN p.token AS token, p.key AS key ORDER BY key, token
