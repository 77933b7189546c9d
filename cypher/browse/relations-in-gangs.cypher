// Relations from outside that touch gangs
//
// What the lender knows from elsewhere (relatives, guarantors, transfers), where one end or both belong to a gang. A relation that waits
// for an application which is not in the book yet is left out.
//
// Topic: people
// Parameters: none
// Columns
//   kind     kind of the relation
//   weight   its weight
//   source   application at one end
//   gangOfSource  gang of its applicant; empty where there is none
//   target   application at the other end
//   gangOfTarget  gang of its applicant; empty where there is none
//   inside   do both ends belong to the same gang
MATCH (b:Book)
MATCH (s:Application)<-[:SOURCE]-(r:Relation)-[:TARGET]->(t:Application)
WHERE all(x IN [r, s, t] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
WITH b, r, s, t,
     head(COLLECT {
       MATCH (s)-[y:BY]->(:Person)-[m:IN_GANG]->(g:Gang)
       WHERE g.status <> 'dissolved' AND all(x IN [y, m, g] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
       RETURN g.gangId ORDER BY g.gangId LIMIT 1
     }) AS gangOfSource,
     head(COLLECT {
       MATCH (t)-[y:BY]->(:Person)-[m:IN_GANG]->(g:Gang)
       WHERE g.status <> 'dissolved' AND all(x IN [y, m, g] WHERE x.fromNight <= b.night < coalesce(x.toNight, b.night + 1))
       RETURN g.gangId ORDER BY g.gangId LIMIT 1
     }) AS gangOfTarget
WHERE gangOfSource IS NOT NULL OR gangOfTarget IS NOT NULL
RETURN r.kind AS kind, r.weight AS weight, s.applicationId AS source, gangOfSource, t.applicationId AS target, gangOfTarget,
       coalesce(gangOfSource = gangOfTarget, false) AS inside
ORDER BY inside DESC, kind, source, target
