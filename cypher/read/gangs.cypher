// Gangs of a night, a page of them
//
// The rows that still stand in their nodes, by the index on their ids; those that were replaced since are in `gangs-versions.cypher`.
//
// Parameters
//   $from   the first id of the page  :param from => ''
//   $page   how many nodes            :param page => 10000
//   $night  the night that is read    :param night => 3
//
// Columns
//   last  the last id of the page; null: there are no more
//   rows  gang_id, community_id, status, grade, members, applications, mean_intent, threshold, p_value, p_cut, first_applied_at, last_applied_at, amount (times: microseconds since 1970)
CYPHER replan=skip
MATCH (n:Gang) WHERE n.gangId >= $from
WITH n ORDER BY n.gangId LIMIT $page
WITH properties(n) AS m
RETURN collect(m.gangId)[-1] AS last,
       collect(CASE WHEN m.fromNight <= $night < coalesce(m.toNight, $night + 1) THEN
        [m.gangId, m.communityId, m.status, m.grade, m.members, m.applications, m.meanIntent, m.threshold, m.pValue, m.pCut,
         m.firstAppliedAt.epochMillis * 1000 + m.firstAppliedAt.microsecond % 1000,
         m.lastAppliedAt.epochMillis * 1000 + m.lastAppliedAt.microsecond % 1000, m.amount]
       END) AS rows
