UNWIND $rows AS r MERGE (n:Person {id: r[0]}) SET n.intent = r[1]
