// Most of these tests wait for something to come back most of the time; two at once still leave each what it needs.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
