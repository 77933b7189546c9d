UNWIND $rows AS r MATCH (p:Person {id: r[0]}) MATCH (i:Identifier {key: r[1]}) MERGE (p)-[:USES]->(i)
