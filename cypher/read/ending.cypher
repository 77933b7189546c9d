// Applications of a night whose values end like this, a page of them
//
// Of the given slots; where a key is a token, the caption beside it is compared. Rows that were replaced since are in
// `ending-versions.cypher`.
//
// Parameters
//   $slots   lists: kind, role, the key's property, the caption's property  :param slots => [['phone', 'own', 'keyPhoneOwn', 'phone']]
//   $ending  the last characters                                            :param ending => '2231'
//   $from    the first id of the page                                       :param from => ''
//   $page    how many nodes                                                 :param page => 10000
//   $night   the night that is read                                         :param night => 3
//
// Columns
//   last  the last id of the page; null: there are no more
//   rows  of each application that has any, a list of: application_id, kind, key, role, used_at (microseconds since 1970)
CYPHER replan=skip
MATCH (n:Application) WHERE n.applicationId >= $from
WITH n ORDER BY n.applicationId LIMIT $page
WITH properties(n) AS m, $slots AS slots
WITH m, CASE WHEN m.fromNight <= $night < coalesce(m.toNight, $night + 1) THEN
  [s IN slots WHERE CASE WHEN m[s[2]] STARTS WITH '~' AND size(m[s[2]]) = 27 THEN m[s[3]] ELSE m[s[2]] END ENDS WITH $ending |
   [m.applicationId, s[0], m[s[2]], s[1], m.appliedAt.epochMillis * 1000 + m.appliedAt.microsecond % 1000]]
  ELSE [] END AS rows
RETURN collect(m.applicationId)[-1] AS last, collect(CASE WHEN size(rows) > 0 THEN rows END) AS rows
