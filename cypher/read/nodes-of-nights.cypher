// Rows that hold from a night to an earlier one
//
// Of every label: there must be none.
//
// Parameters
//   $last  the last whole night  :param last => 3
//
// Columns
//   label   of the rows
//   broken  how many
CYPHER replan=skip
MATCH (n:Application|Person|Community|Gang|ApplicationVersion|PersonVersion|CommunityVersion|GangVersion|Hub|HubWindow|Placeholder|Relation)
WHERE n.fromNight > $last OR n.fromNight < 1 OR n.toNight <= n.fromNight OR n.toNight > $last
RETURN head(labels(n)) AS label, count(*) AS broken ORDER BY label
