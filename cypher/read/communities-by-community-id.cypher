// Communities of a night, by community_id
//
// As `communities.cypher`, for some.
//
// Parameters
//   $values  community_id  :param values => ['C-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   community_id  ``C-`` and its first application
//   person_id     person id
UNWIND $values AS value
MATCH (b:Community {communityId: value})
MATCH (a:Person)-[t:MEMBER_OF]->(b:Community) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1) AND b.communityId <> ''
RETURN b.communityId AS community_id, a.personId AS person_id
