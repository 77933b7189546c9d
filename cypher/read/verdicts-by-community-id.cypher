// Verdicts of a night, by their ids
//
// As `verdicts.cypher`, for some.
//
// Parameters
//   $values  communityIds            :param values => ['C-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  community_id, members, voters, applications, mean_intent, threshold, p_value, p_cut, flagged, grade, stopped_by, score
CYPHER replan=skip
UNWIND $values AS value
MATCH (n:Community {communityId: value})
WITH properties(n) AS m WHERE m.fromNight <= $night < coalesce(m.toNight, $night + 1)
RETURN collect(
        [m.communityId, m.members, m.voters, m.applications, m.meanIntent, m.threshold, m.pValue, m.pCut, m.flagged, m.grade,
         m.stoppedBy, m.score]
       ) AS rows
