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
MATCH (l:Label)
WHERE l.night <= b.night
WITH b, l ORDER BY l.at, l.label
WITH b, l.gangId AS gangId, last(collect(l.label)) AS decision
WHERE decision = $label
MATCH (g:Gang {gangId: gangId})<-[m:IN_GANG]-(p:Person)
WHERE all(x IN [g, m] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
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
