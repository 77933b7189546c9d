// Phones that end in these digits
//
// For a number of which only the last digits are known: shared numbers that end so, with how many people gave them.
//
// Topic: identifiers
// Parameters
//   $digits  last digits  :param digits => '1906'
// Columns
//   caption   the number, masked
//   people    people who gave it
//   own       of them, as their own
//   contact   of them, as a contact's
//   gangs     gangs of these people
MATCH (b:Book)
MATCH (i:Phone)<-[u:USES]-(p:Person)
WHERE i.key ENDS WITH $digits AND u.fromNight <= b.night < coalesce(u.toNight, b.night + 1)
WITH b, i, collect(DISTINCT p) AS everybody,
     count(DISTINCT CASE WHEN u.role = 'own' THEN p END) AS own,
     count(DISTINCT CASE WHEN u.role STARTS WITH 'contact' THEN p END) AS contact
RETURN i.caption AS caption, size(everybody) AS people, own, contact, COLLECT {
         UNWIND everybody AS p
         MATCH (p)-[m:IN_GANG]->(g:Gang) WHERE m.fromNight <= b.night < coalesce(m.toNight, b.night + 1)
         RETURN DISTINCT g.gangId AS gangId ORDER BY gangId
       } AS gangs
ORDER BY people DESC, caption, i.key
