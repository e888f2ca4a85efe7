using Fovea.Testing.Mutating;

namespace Fovea.Testing;

/// <summary>
/// Feeds a parser thousands of damaged files and demands that each is read or refused with the parser's own exception, within a bound on
/// memory. The same seed gives the same files.
/// </summary>
public static class Mutations
{
    /// <summary>Runs the parser over mutated files.</summary>
    /// <typeparam name="TError">The only exception that the parser may raise.</typeparam>
    /// <param name="seeds">Sound files to damage.</param>
    /// <param name="count">How many damaged files to make.</param>
    /// <param name="parse">Parses a file completely and releases what it made.</param>
    /// <param name="maxBytes">The most managed memory that one file may take.</param>
    /// <param name="focus">Most mutations hit the first bytes, where the structure is.</param>
    /// <param name="structure">What is known of the format; null for nothing.</param>
    /// <returns>How many of the files were refused; a mutation test that refuses none tests nothing.</returns>
    public static int Run<TError>(
        IReadOnlyList<byte[]> seeds, int count, Action<byte[]> parse, long maxBytes, int focus = int.MaxValue, FileStructure? structure = null)
        where TError : Exception
    {
        int refused = 0;
        var mutator = new Mutator(structure ?? FileStructure.None, focus);
        for (int i = 0; i < count; i++)
        {
            byte[] file = mutator.Mutate(seeds, i % seeds.Count, new Random(i));
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                parse(file);
            }
            catch (TError)
            {
                refused++;
            }
            catch (Exception error)
            {
                throw new InvalidOperationException(
                    $"mutation {i} of file {i % seeds.Count}: expected {typeof(TError).Name}, got {error.GetType().Name}: {error.Message}\n" +
                    Convert.ToHexString(file.AsSpan(0, Math.Min(file.Length, 400))), error);
            }

            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            if (taken > maxBytes)
            {
                throw new InvalidOperationException($"mutation {i} of file {i % seeds.Count} took {taken:N0} bytes");
            }
        }

        return refused;
    }
}
