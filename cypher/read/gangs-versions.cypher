// Gangs of a night, where their nodes have newer rows by now
//
// Read after the nodes: a row that is replaced meanwhile is then found here, or twice, but never missed.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   gang_id           ``G-`` and the first application at birth; lasts across nights
//   community_id      of this night
//   status            new, grown, shrunk, merged, split, dissolved, unchanged
//   grade             grade
//   members           members
//   applications      applications
//   mean_intent       mean intent
//   threshold         threshold
//   p_value           p value
//   p_cut             p cut
//   first_applied_at  microseconds since 1970
//   last_applied_at   microseconds since 1970
//   amount            sum of the members' applications; null where none is known
MATCH (n:GangVersion) WHERE n.toNight > $night AND n.fromNight <= $night
RETURN n.gangId AS gang_id,
       n.communityId AS community_id,
       n.status AS status,
       n.grade AS grade,
       n.members AS members,
       n.applications AS applications,
       n.meanIntent AS mean_intent,
       n.threshold AS threshold,
       n.pValue AS p_value,
       n.pCut AS p_cut,
       n.firstAppliedAt.epochSeconds * 1000000 + n.firstAppliedAt.microsecond AS first_applied_at,
       n.lastAppliedAt.epochSeconds * 1000000 + n.lastAppliedAt.microsecond AS last_applied_at,
       n.amount AS amount
