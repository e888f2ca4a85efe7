// The contract tests switch the number of threads and count live blocks of memory: both belong to the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
