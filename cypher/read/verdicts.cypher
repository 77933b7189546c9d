// Verdicts of a night
//
// The rows that still stand in their nodes; those that were replaced since are in `verdicts-versions.cypher`.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   community_id  community id
//   members       people
//   voters        people whose intent is known
//   applications  applications
//   mean_intent   over the voters; null where there are none
//   threshold     T of this night; null where nobody can be flagged
//   p_value       chance of such a mean among as many random people
//   p_cut         p cut
//   flagged       is it a gang
//   grade         A (worst) to D; empty where not flagged
//   stopped_by    the gate that stopped a community over T; empty otherwise
//   score         sum of tie probabilities: the order of the queue where the book has no intents
MATCH (n:Community) WHERE n.fromNight <= $night < coalesce(n.toNight, $night + 1)
RETURN n.communityId AS community_id,
       n.members AS members,
       n.voters AS voters,
       n.applications AS applications,
       n.meanIntent AS mean_intent,
       n.threshold AS threshold,
       n.pValue AS p_value,
       n.pCut AS p_cut,
       n.flagged AS flagged,
       n.grade AS grade,
       n.stoppedBy AS stopped_by,
       n.score AS score
