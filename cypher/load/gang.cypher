// Gang: rows that hold from this night on
//
// The rows of new Gang nodes, and new rows of nodes that are there already: what such a node had before goes to a copy beside it
// (`GangVersion`), which a reader of an earlier night finds. A row is a list: gang_id, community_id, status, grade, members,
// applications, mean_intent, threshold, p_value, p_cut, first_applied_at (seconds), first_applied_at (nanoseconds),
// last_applied_at (seconds), last_applied_at (nanoseconds), amount, caption.
//
// Parameters
//   $rows   one list a row, see below  :param rows => [['G-A1', ...]]
//   $night  the night that is written  :param night => 3
CYPHER replan=skip
UNWIND $rows AS r
MERGE (n:Gang {gangId: r[0]})
FOREACH (_ IN CASE WHEN n.fromNight IS NULL THEN [] ELSE [1] END |
  CREATE (v:GangVersion)
  SET v = properties(n), v.toNight = coalesce(n.toNight, $night), v.replacedAt = $night
)
SET n = {
  gangId: r[0],
  communityId: r[1],
  status: r[2],
  grade: r[3],
  members: r[4],
  applications: r[5],
  meanIntent: r[6],
  threshold: r[7],
  pValue: r[8],
  pCut: r[9],
  firstAppliedAt: CASE WHEN r[10] IS NOT NULL THEN datetime.fromepoch(r[10], r[11]) END,
  lastAppliedAt: CASE WHEN r[12] IS NOT NULL THEN datetime.fromepoch(r[12], r[13]) END,
  amount: r[14],
  caption: coalesce(r[15], n.caption),
  fromNight: $night
}
// A label by grade: Browser's style sheets size nodes by their labels, never by a property.
REMOVE n:GradeA:GradeB:GradeC:GradeD
FOREACH (grade IN [one IN ['A', 'B', 'C', 'D'] WHERE one = r[3]] | SET n:$('Grade' + grade))
