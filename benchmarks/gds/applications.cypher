UNWIND $rows AS r MATCH (p:Person {id: r[1]}) MERGE (a:Application {id: r[0]}) MERGE (a)-[:BY]->(p)
