// Around the confirmed gangs
//
// People in no gang who share a phone, a device, an ID number, a card or an e-mail with a gang that an analyst confirmed, or with
// somebody who does. Read them as leads: the engine itself flags nobody for standing near.
//
// Topic: gangs
// Parameters
//   $label  the decision to start from  :param label => 'confirmed'
// Columns
//   gangId    the gang
//   personId  the person near it
//   caption   masked
//   intent    own fraud intent; empty where unknown
//   degree    1: shares with a member; 2: shares with somebody who does
//   ways      in how many ways, each over one value or two
MATCH (b:Book)
WITH b, COLLECT {
  MATCH (e:GangEvent {event: 'merged'}) WHERE e.night <= b.night RETURN e ORDER BY e.night DESC
} AS mergers
MATCH (g:Gang)
WHERE g.fromNight <= b.night < coalesce(g.toNight, b.night + 1)
// Backwards through the nights: what this gang took in, and what that had taken in before.
WITH b, g, reduce(
  names = [g.gangId], e IN mergers | CASE WHEN e.gangId IN names THEN names + split(e.fromIds, ';') ELSE names END
) AS names
WITH b, g, head(COLLECT {
  MATCH (l:Label) WHERE l.gangId IN names AND l.night <= b.night RETURN l.label ORDER BY l.position DESC LIMIT 1
}) AS decision
WHERE decision = $label
MATCH (g)<-[m:IN_GANG]-(p:Person)
WHERE m.fromNight <= b.night < coalesce(m.toNight, b.night + 1)
WITH b, g.gangId AS gangId, p
MATCH (p)
  (()-[u:USES WHERE u.fromNight <= b.night < coalesce(u.toNight, b.night + 1)]->
   (i:Phone|Device|IdNumber|BankCard|Email|Imei|Oaid|Idfa|AndroidId
      WHERE NOT EXISTS { (i)<-[:IS]-(h:Hub) WHERE h.fromNight <= b.night < coalesce(h.toNight, b.night + 1) })
   <-[v:USES WHERE v.fromNight <= b.night < coalesce(v.toNight, b.night + 1)]-
   (q:Person WHERE NOT EXISTS { (q)-[n:IN_GANG]->(:Gang) WHERE n.fromNight <= b.night < coalesce(n.toNight, b.night + 1) })
  ){1,2} (near)
WITH gangId, near, size(u) AS degree
WITH gangId, near, collect(degree) AS degrees, min(degree) AS degree
RETURN gangId, near.personId AS personId, near.caption AS caption, near.intent AS intent, degree,
       size([one IN degrees WHERE one = degree]) AS ways
ORDER BY gangId, degree, ways DESC, personId
