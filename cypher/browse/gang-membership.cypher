// Who came to this gang, and who left
//
// Every person who ever was in it, with the nights from which and until which the gang had them.
//
// Topic: gangs
// Parameters
//   $gangId  the gang  :param gangId => 'G-A000000941'
// Columns
//   personId   the person
//   caption    masked
//   joined     the night that put the person into the gang
//   left       the night that took the person out; empty while it holds
MATCH (b:Book)
MATCH (:Gang {gangId: $gangId})<-[m:IN_GANG]-(p:Person)
WHERE m.fromNight <= b.night
RETURN p.personId AS personId, p.caption AS caption, m.fromNight AS joined,
       CASE WHEN m.toNight <= b.night THEN m.toNight END AS left
ORDER BY joined, personId, left
