// The lease: look at it, and hold it until this transaction ends
//
// Time is the server's, in milliseconds since 1970.
//
// Columns
//   now      the server's clock
//   expires  until when it is held; null: by nobody
//   owner    who holds it, for people
//   host     on which machine
//   process  which process there, so that it can be told whether it still runs
//   fence    number of the last taking
CYPHER replan=skip
MERGE (l:Lease {id: 'writer'})
ON CREATE SET l.fence = 0
SET l.looked = timestamp()
RETURN timestamp() AS now, l.expires AS expires, l.owner AS owner, l.host AS host, l.process AS process, l.fence AS fence
