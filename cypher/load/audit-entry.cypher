// One more entry of the log
//
// While it is held. The row is a list: who, command, night, about, why, salt, content, emptied, key, chain, at (seconds, nanoseconds).
//
// Parameters
//   $call    names this call   :param call => '00ff'
//   $number  of the entry      :param number => 1
//   $row     a list, see above  :param row => ['ann', 'gang', 3, 'G-A1', 'case 7', '00', '11', '', '', '22', 1577836800, 0]
CYPHER replan=skip
MATCH (c:Counter {id: 'audit'})
SET c.last = $number
WITH c, $row AS r
CREATE (:Audit {
  number: $number, call: $call, who: r[0], command: r[1], night: r[2], about: r[3], why: r[4], salt: r[5], content: r[6], emptied: r[7],
  key: r[8], chain: r[9], at: datetime.fromepoch(r[10], r[11])
})
