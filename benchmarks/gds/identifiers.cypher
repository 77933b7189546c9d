UNWIND $rows AS r MERGE (n:Identifier {key: r[0]}) SET n.degree = r[1]
