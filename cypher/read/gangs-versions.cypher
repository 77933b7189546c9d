// Gangs of a night, where their nodes have newer rows by now
//
// Read after the nodes: a row that is replaced meanwhile is then found here, or twice, but never missed.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   row  gang_id, community_id, status, grade, members, applications, mean_intent, threshold, p_value, p_cut, first_applied_at, last_applied_at, amount (times: microseconds since 1970)
CYPHER replan=skip
MATCH (n:GangVersion) WHERE n.toNight > $night AND n.fromNight <= $night
WITH properties(n) AS m
RETURN [m.gangId, m.communityId, m.status, m.grade, m.members, m.applications, m.meanIntent, m.threshold, m.pValue, m.pCut,
         m.firstAppliedAt.epochMillis * 1000 + m.firstAppliedAt.microsecond % 1000,
         m.lastAppliedAt.epochMillis * 1000 + m.lastAppliedAt.microsecond % 1000, m.amount] AS row
