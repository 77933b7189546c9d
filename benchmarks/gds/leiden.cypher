CALL gds.leiden.write('g', {
  writeProperty: 'community', relationshipWeightProperty: 'weight', gamma: $gamma, randomSeed: 42, concurrency: 1
}) YIELD communityCount RETURN communityCount
