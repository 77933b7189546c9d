// Community: rows that hold from this night on
//
// The rows of new Community nodes, and new rows of nodes that are there already: what such a node had before goes to a copy beside it
// (`CommunityVersion`), which a reader of an earlier night finds. A row is a list: community_id, members, voters, applications,
// mean_intent, threshold, p_value, p_cut, flagged, grade, stopped_by, score.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['C-A1', ...]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MERGE (n:Community {communityId: r[0]})
FOREACH (_ IN CASE WHEN n.fromNight IS NULL THEN [] ELSE [1] END |
  CREATE (v:CommunityVersion)
  SET v = properties(n), v.toNight = coalesce(n.toNight, $night), v.replacedAt = $night
)
SET n = {
  communityId: r[0],
  members: r[1],
  voters: r[2],
  applications: r[3],
  meanIntent: r[4],
  threshold: r[5],
  pValue: r[6],
  pCut: r[7],
  flagged: r[8],
  grade: r[9],
  stoppedBy: r[10],
  score: r[11],
  fromNight: $night
}
