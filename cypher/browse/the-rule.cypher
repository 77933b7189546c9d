// The rule itself
//
// The verdict in plain Cypher: a community of enough people whose mean fraud intent is above the threshold is a gang. Beside it what
// the engine said, which also asks that enough intents are known and that chance does not explain the mean.
//
// Topic: rule
// Parameters
//   $threshold   T                 :param threshold => 0.35
//   $minMembers  people at least   :param minMembers => 3
// Columns
//   communityId  the community
//   members      people
//   known        of them, people whose intent is known
//   meanIntent   their mean intent, worked out here
//   over         is it over the rule
//   flagged      what the engine said
//   stoppedBy    the gate that stopped it though it is over; empty otherwise
MATCH (b:Book)
MATCH (p:Person)-[m:MEMBER_OF]->(c:Community)
WHERE all(x IN [m, c] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
// Summed as whole millionths, as the engine does: a sum of floats would depend on its order in the last digit.
WITH c, count(p) AS members, count(p.intent) AS known, sum(round(p.intent * 1000000)) AS millionths
WITH c, members, known, CASE WHEN known > 0 THEN millionths / known / 1000000 END AS meanIntent
WITH c, members, known, meanIntent, members >= $minMembers AND coalesce(meanIntent > $threshold, false) AS over
RETURN c.communityId AS communityId, members, known, meanIntent, over, c.flagged AS flagged, c.stoppedBy AS stoppedBy
ORDER BY over DESC, coalesce(meanIntent, -1.0) DESC, communityId
