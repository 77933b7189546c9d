// Just under the line
//
// Communities of enough people whose mean intent misses T by no more than a margin: the first to look at when T is in doubt.
//
// Topic: rule
// Parameters
//   $margin      by how much      :param margin => 0.2
//   $minMembers  people at least  :param minMembers => 2
// Columns
//   communityId   the community
//   members       people
//   applications  of them
//   meanIntent    mean intent
//   threshold     T
//   missing       how much is missing
MATCH (b:Book)
MATCH (c:Community)
WHERE c.fromNight <= b.night < coalesce(c.toNight, b.night + 1)
  AND c.members >= $minMembers AND c.threshold - $margin <= c.meanIntent <= c.threshold
RETURN c.communityId AS communityId, c.members AS members, c.applications AS applications, c.meanIntent AS meanIntent,
       c.threshold AS threshold, round(c.threshold - c.meanIntent, 6) AS missing
ORDER BY missing, communityId
