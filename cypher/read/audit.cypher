// Who saw and did what
//
// The log, oldest first.
//
// Columns
//   number   1, 2, ...
//   at       wall clock
//   who      who
//   command  what was done
//   night    the last night when it was done
//   about    what it was done to
//   why      in their own words
//   salt     of `content`
//   content  digest of the words
//   emptied  numbers of entries whose words a purge took
//   key      name of the key of the seal
//   chain    the seal
CYPHER replan=skip
MATCH (a:Audit)
RETURN a.number AS number, a.at.epochMillis * 1000 + a.at.microsecond % 1000 AS at, a.who AS who, a.command AS command, a.night AS night,
       a.about AS about, a.why AS why, a.salt AS salt, a.content AS content, a.emptied AS emptied, a.key AS key, a.chain AS chain
ORDER BY a.number
