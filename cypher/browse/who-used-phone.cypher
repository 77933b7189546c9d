// Who else used this phone
//
// Everybody who gave the number, as their own or as a contact's. The key is the number in international form; in a store that keeps
// masked values it is the token that `fraudgraph find` prints.
//
// Topic: identifiers
// Parameters
//   $phone  the number  :param phone => '+8617698051906'
// Columns
//   applicationId  the application
//   appliedAt      when
//   role           own, contact1 or contact2
//   personId       by whom
//   caption        of the person, masked
//   channel        through which channel
//   gangId         gang of the person; empty where there is none
MATCH (b:Book)
MATCH (a:Application)-[y:BY]->(p:Person)
WHERE (a.keyPhoneOwn = $phone OR a.keyPhoneContact1 = $phone OR a.keyPhoneContact2 = $phone)
  AND y.fromNight <= b.night < coalesce(y.toNight, b.night + 1)
UNWIND [['own', a.keyPhoneOwn], ['contact1', a.keyPhoneContact1], ['contact2', a.keyPhoneContact2]] AS use
WITH b, a, p, use[0] AS role, use[1] AS key
WHERE key = $phone
RETURN a.applicationId AS applicationId, a.appliedAt AS appliedAt, role, p.personId AS personId, p.caption AS caption,
       a.channel AS channel, head(COLLECT {
         MATCH (p)-[m:IN_GANG]->(g:Gang) WHERE m.fromNight <= b.night < coalesce(m.toNight, b.night + 1)
         RETURN g.gangId ORDER BY g.gangId LIMIT 1
       }) AS gangId
ORDER BY appliedAt, applicationId, role
