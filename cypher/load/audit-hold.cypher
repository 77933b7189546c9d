// Hold the log until this transaction ends
//
// And say what its last entry is, once nobody else can add one.
//
// Parameters
//   $call  names this call  :param call => '00ff'
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
//   mine     was it this very call that added it
CYPHER replan=skip
MERGE (c:Counter {id: 'audit'})
SET c.held = $call
WITH c
MATCH (a:Audit {number: c.last})
RETURN a.number AS number, a.at.epochMillis * 1000 + a.at.microsecond % 1000 AS at, a.who AS who, a.command AS command, a.night AS night,
       a.about AS about, a.why AS why, a.salt AS salt, a.content AS content, a.emptied AS emptied, a.key AS key, a.chain AS chain,
       a.call = $call AS mine
