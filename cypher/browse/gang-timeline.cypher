// A gang's timeline
//
// The applications of its members in the order in which they were made, with the hours since the one before: bursts stand out.
//
// Topic: gangs
// Parameters
//   $gangId  the gang  :param gangId => 'G-A000000941'
// Columns
//   appliedAt      when
//   hoursSince     hours since the gang's application before
//   applicationId  the application
//   personId       by whom
//   channel        through which channel
//   amount         asked for
//   fraudIntent    intent of this application
MATCH (b:Book)
MATCH (g:Gang {gangId: $gangId})<-[m:IN_GANG]-(p:Person)<-[y:BY]-(a:Application)
WHERE all(x IN [g, m, y] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
WITH a, p ORDER BY a.appliedAt, a.applicationId
WITH collect({a: a, p: p}) AS made
UNWIND range(0, size(made) - 1) AS n
WITH made[n].a AS a, made[n].p AS p, CASE WHEN n > 0 THEN made[n - 1].a.appliedAt END AS before
RETURN a.appliedAt AS appliedAt,
       round(duration.inSeconds(before, a.appliedAt).seconds / 3600.0, 1) AS hoursSince,
       a.applicationId AS applicationId, p.personId AS personId, a.channel AS channel, a.amount AS amount,
       a.fraudIntent AS fraudIntent
ORDER BY appliedAt, applicationId
