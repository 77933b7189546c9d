// The same in the copies of older rows, and where a gang names its community
//
// One scan a batch.
//
// Parameters
//   $names  id -> the token's  :param names => {`C-A1`: 'C-~00', `G-A1`: 'G-~00'}
CYPHER replan=skip
MATCH (n:CommunityVersion|GangVersion|Gang) WHERE n.communityId IN keys($names) OR n.gangId IN keys($names)
FOREACH (_ IN CASE WHEN n.communityId IN keys($names) THEN [1] ELSE [] END | SET n.communityId = $names[n.communityId])
FOREACH (_ IN CASE WHEN n.gangId IN keys($names) THEN [1] ELSE [] END | SET n.gangId = $names[n.gangId])
