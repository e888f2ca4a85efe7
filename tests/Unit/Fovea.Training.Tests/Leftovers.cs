namespace Fovea.Training.Tests;

/// <summary>The tensors that finished tests dropped, which the collector would count as leaks of whoever runs next.</summary>
internal static class Leftovers
{
    /// <summary>Finalizes them, and what only they kept alive.</summary>
    public static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
