// Communities of a night, by community_id
//
// As `communities.cypher`, for some.
//
// Parameters
//   $values  community_id            :param values => ['C-A1']
//   $night   the night that is read  :param night => 3
//
// Columns
//   rows  community_id, person_id
CYPHER replan=skip
UNWIND $values AS value
MATCH (b:Community {communityId: value})
MATCH (a:Person)-[t:MEMBER_OF]->(b:Community) WHERE t.fromNight <= $night < coalesce(t.toNight, $night + 1) AND b.communityId <> ''
RETURN collect([b.communityId, a.personId]) AS rows
