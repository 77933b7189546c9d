// Verdicts of a night, where their nodes have newer rows by now
//
// Read after the nodes: a row that is replaced meanwhile is then found here, or twice, but never missed.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   row  community_id, members, voters, applications, mean_intent, threshold, p_value, p_cut, flagged, grade, stopped_by, score
CYPHER replan=skip
MATCH (n:CommunityVersion) WHERE n.toNight > $night AND n.fromNight <= $night
WITH properties(n) AS m
RETURN [m.communityId, m.members, m.voters, m.applications, m.meanIntent, m.threshold, m.pValue, m.pCut, m.flagged, m.grade,
         m.stoppedBy, m.score] AS row
