// Each test loads a server of its own. Two at once leave each what it needs; more would measure the machine.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
