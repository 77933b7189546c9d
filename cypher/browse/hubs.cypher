// Hubs
//
// Values that more people use at a time than their kind's cap allows: a shop's tablet, a company's switchboard, a carrier's address.
// They tie nobody. A hub among whose people are many gang members deserves a look of its own.
//
// Topic: identifiers
// Parameters
//   $limit  rows to show  :param limit => 25
// Columns
//   kind       kind of identifier
//   caption    masked
//   people     people who ever used it
//   cap        the kind's cap on people around one time
//   inGangs    of its people, those in gangs; none for a building or a network, whose uses are not drawn
MATCH (b:Book)
MATCH (h:Hub)-[:IS]->(i:Identifier)
WHERE h.fromNight <= b.night < coalesce(h.toNight, b.night + 1)
RETURN h.kind AS kind, i.caption AS caption, h.people AS people, h.cap AS cap,
       CASE WHEN NOT i:Building AND NOT i:Ip24 AND NOT i:Ip16 THEN COUNT {
         MATCH (i)<-[u:USES]-(p:Person)-[m:IN_GANG]->(:Gang)
         WHERE all(x IN [u, m] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
         RETURN DISTINCT p
       } END AS inGangs
ORDER BY people DESC, kind, h.key
LIMIT toInteger($limit)
