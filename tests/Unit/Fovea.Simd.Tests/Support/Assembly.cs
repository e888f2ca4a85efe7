// Kernels have the machine's threads to themselves, so tests take turns; otherwise a test of threads might find the team busy and run on one.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
