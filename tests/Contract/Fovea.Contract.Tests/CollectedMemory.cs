namespace Fovea.Contract.Tests;

/// <summary>
/// For classes that count live blocks: what earlier classes left to the garbage collector (models without a scope) is collected before the first
/// test, and not in the middle of one.
/// </summary>
public sealed class CollectedMemory
{
    public CollectedMemory()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
