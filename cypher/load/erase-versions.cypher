// Erase what applications and people were before
//
// Copies have no index on what they are of: one scan a batch.
//
// Parameters
//   $applications  application ids  :param applications => ['A1']
CYPHER replan=skip
MATCH (n:ApplicationVersion) WHERE n.applicationId IN $applications
DETACH DELETE n
