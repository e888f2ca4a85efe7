// The counters of native memory and the number of threads are the process's: tests that read them run alone.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
