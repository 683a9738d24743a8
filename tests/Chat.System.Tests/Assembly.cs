// Each test loads a server of its own: together they would measure the machine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
