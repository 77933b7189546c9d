// Verdicts of a night, a page of them
//
// The rows that still stand in their nodes, by the index on their ids; those that were replaced since are in `verdicts-versions.cypher`.
//
// Parameters
//   $from   the first id of the page  :param from => ''
//   $page   how many nodes            :param page => 10000
//   $night  the night that is read    :param night => 3
//
// Columns
//   last  the last id of the page; null: there are no more
//   rows  community_id, members, voters, applications, mean_intent, threshold, p_value, p_cut, flagged, grade, stopped_by, score
CYPHER replan=skip
MATCH (n:Community) WHERE n.communityId >= $from
WITH n ORDER BY n.communityId LIMIT $page
WITH properties(n) AS m
RETURN collect(m.communityId)[-1] AS last,
       collect(CASE WHEN m.fromNight <= $night < coalesce(m.toNight, $night + 1) THEN
        [m.communityId, m.members, m.voters, m.applications, m.meanIntent, m.threshold, m.pValue, m.pCut, m.flagged, m.grade,
         m.stoppedBy, m.score]
       END) AS rows
