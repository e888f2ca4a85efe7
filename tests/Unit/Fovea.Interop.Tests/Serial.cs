namespace Fovea.Interop.Tests;

/// <summary>The collection of tests that read process-wide counters and so run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Serial
{
    public const string Name = "serial";

    /// <summary>Finalizes the tensors that other tests dropped, so that they do not disturb the counters later.</summary>
    public static void CollectLeftovers()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
