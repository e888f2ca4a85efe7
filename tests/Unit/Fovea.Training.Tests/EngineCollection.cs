namespace Fovea.Training.Tests;

/// <summary>Tests that read the process's memory counters or set its threads: one after the other, and none beside them.</summary>
[CollectionDefinition("engine", DisableParallelization = true)]
public sealed class EngineCollection;
