// Who is in this gang
//
// The members, highest own intent first, with what they asked for and the codes that say why each of them belongs.
//
// Topic: gangs
// Parameters
//   $gangId  the gang  :param gangId => 'G-A000000941'
// Columns
//   personId        the person
//   caption         masked
//   intent          own fraud intent, 0-1; empty where unknown
//   applications    how many
//   amount          sum of them; empty where none is known
//   channels        through which
//   firstAppliedAt  first application
//   lastAppliedAt   newest application
//   reasons         reason codes, joined by ;
MATCH (b:Book)
MATCH (g:Gang {gangId: $gangId})<-[m:IN_GANG]-(p:Person)
WHERE all(x IN [g, m] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
WITH b, p, COLLECT {
  MATCH (a:Application)-[y:BY]->(p) WHERE y.fromNight <= b.night < coalesce(y.toNight, b.night + 1) RETURN a
} AS made
WITH b, p, [a IN made WHERE a.amount IS NOT NULL | a.amount] AS amounts, COLLECT {
  UNWIND made AS a
  WITH a.channel AS channel WHERE channel IS NOT NULL
  RETURN DISTINCT channel ORDER BY channel
} AS channels
RETURN p.personId AS personId, p.caption AS caption, p.intent AS intent, p.applications AS applications,
       CASE WHEN size(amounts) > 0 THEN round(reduce(sum = 0.0, one IN amounts | sum + one), 2) END AS amount,
       channels, p.firstAppliedAt AS firstAppliedAt, p.lastAppliedAt AS lastAppliedAt,
       head(COLLECT {
         MATCH (p)-[c:MEMBER_OF]->(:Community) WHERE c.fromNight <= b.night < coalesce(c.toNight, b.night + 1) RETURN c.reasons
       }) AS reasons
ORDER BY coalesce(intent, -1.0) DESC, personId
