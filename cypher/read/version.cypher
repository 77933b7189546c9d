// Which server this is
//
// Needs no right but to connect.
//
// Columns
//   versions  of the kernel
//   edition   community or enterprise
CYPHER replan=skip
CALL dbms.components() YIELD name, versions, edition
WHERE name = 'Neo4j Kernel'
RETURN versions, edition
