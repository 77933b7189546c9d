// Gangs that touch this channel
//
// Gangs of which a member applied through the channel, with how much of the gang came that way.
//
// Topic: gangs
// Parameters
//   $channel  the channel  :param channel => 'partner_b'
// Columns
//   gangId        the gang
//   grade         A (worst) to D
//   through       applications of the gang through the channel
//   applications  all applications of the gang
//   amount        sum of those through the channel; empty where none is known
//   firstAppliedAt  first of those through the channel
//   lastAppliedAt   newest of those through the channel
MATCH (b:Book)
MATCH (a:Application {channel: $channel})-[y:BY]->(:Person)-[m:IN_GANG]->(g:Gang)
WHERE g.status <> 'dissolved'
  AND all(x IN [y, m, g] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
WITH g, count(a) AS through, sum(a.amount) AS amount, count(a.amount) AS known,
     min(a.appliedAt) AS firstAppliedAt, max(a.appliedAt) AS lastAppliedAt
RETURN g.gangId AS gangId, g.grade AS grade, through, g.applications AS applications,
       CASE WHEN known > 0 THEN round(amount, 2) END AS amount, firstAppliedAt, lastAppliedAt
ORDER BY through DESC, gangId
