// Gangs of a night, by their ids
//
// As `gangs.cypher`, for some.
//
// Parameters
//   $values  gangIds                 :param values => ['G-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  gang_id, community_id, status, grade, members, applications, mean_intent, threshold, p_value, p_cut, first_applied_at, last_applied_at, amount (times: microseconds since 1970)
CYPHER replan=skip
UNWIND $values AS value
MATCH (n:Gang {gangId: value})
WITH properties(n) AS m WHERE m.fromNight <= $night < coalesce(m.toNight, $night + 1)
RETURN collect(
        [m.gangId, m.communityId, m.status, m.grade, m.members, m.applications, m.meanIntent, m.threshold, m.pValue, m.pCut,
         m.firstAppliedAt.epochMillis * 1000 + m.firstAppliedAt.microsecond % 1000,
         m.lastAppliedAt.epochMillis * 1000 + m.lastAppliedAt.microsecond % 1000, m.amount]
       ) AS rows
