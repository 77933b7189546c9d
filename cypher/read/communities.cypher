// Communities of a night
//
// Every MEMBER_OF that held then.
//
// Parameters
//   $night  the night that is read  :param night => 3
//
// Columns
//   community_id  ``C-`` and its first application
//   person_id     person id
MATCH (a:Person)-[t:MEMBER_OF]->(b:Community) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1) AND b.communityId <> ''
RETURN b.communityId AS community_id, a.personId AS person_id
