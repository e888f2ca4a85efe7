// Some tests count live blocks of memory, which belong to the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
