// The lease: take it
//
// After a look at it in the same transaction. The fence number grows with every taking, and the book knows it from here on: whoever held it
// before writes nothing any more: a batch that is under way holds its lane, and is waited for.
//
// Parameters
//   $owner       for people             :param owner => 'process 12 on host a'
//   $host        machine                :param host => 'a'
//   $process     process and its start  :param process => '12 4711'
//   $seconds     for how long           :param seconds => 60
//   $format      of a new book          :param format => 1
//   $generation  of a new book          :param generation => '4f1c'
//
// Columns
//   fence  our number
CYPHER replan=skip
MATCH (l:Lease {id: 'writer'})
SET l.fence = l.fence + 1, l.owner = $owner, l.host = $host, l.process = $process, l.expires = timestamp() + $seconds * 1000
MERGE (b:Book {id: 'book'})
ON CREATE SET b.format = $format, b.generation = $generation, b.night = 0, b.base = 0
SET b.fence = l.fence
WITH l
CALL (l) {
  MATCH (c:Counter) WHERE c.id STARTS WITH 'lane '
  SET c.held = l.fence
}
RETURN l.fence AS fence
