// Label: what analysts decided
//
// Once for each call: a call that is sent twice finds its labels there. A row is a list: gang_id, label, reason, who, at (seconds,
// nanoseconds), night.
//
// Parameters
//   $rows  one list a row, see below  :param rows => [['G-A1', 'confirmed', 'seen', 'ann', 1577836800, 0, 3]]
//   $call  names this call            :param call => '00ff'
CYPHER replan=skip
MERGE (c:Counter {id: 'labels'})
ON CREATE SET c.next = 0
SET c.held = $call
WITH c, c.next AS first WHERE NOT EXISTS { (:Label {call: $call}) }
SET c.next = first + size($rows)
WITH first
MATCH (b:Book {id: 'book'})
UNWIND range(0, size($rows) - 1) AS i
WITH b, first, i, $rows[i] AS r
CREATE (:Label {
  gangId: r[0], label: r[1], reason: r[2], who: r[3], night: r[6], position: first + i, base: b.base, call: $call,
  at: CASE WHEN r[4] IS NOT NULL THEN datetime.fromepoch(r[4], r[5]) END
})
