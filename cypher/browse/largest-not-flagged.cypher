// The largest communities that are no gangs
//
// And why not: the mean is not above T, or the gate that stopped it.
//
// Topic: rule
// Parameters
//   $limit  rows to show  :param limit => 20
// Columns
//   communityId   the community
//   members       people
//   known         people whose intent is known
//   applications  of them
//   meanIntent    mean intent; empty where none is known
//   threshold     T
//   why           the code of what stopped it
MATCH (b:Book)
MATCH (c:Community)
WHERE c.fromNight <= b.night < coalesce(c.toNight, b.night + 1) AND NOT c.flagged
RETURN c.communityId AS communityId, c.members AS members, c.voters AS known, c.applications AS applications,
       c.meanIntent AS meanIntent, c.threshold AS threshold,
       CASE WHEN coalesce(c.stoppedBy, '') <> '' THEN c.stoppedBy ELSE 'MEAN_UNDER_T' END AS why
ORDER BY members DESC, coalesce(meanIntent, -1.0) DESC, communityId
LIMIT toInteger($limit)
