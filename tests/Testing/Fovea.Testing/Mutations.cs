using System.Diagnostics;

namespace Fovea.Testing;

/// <summary>
/// Feeds a parser thousands of damaged files and demands that each is read or refused with the parser's own exception, quickly and
/// within a bound on memory. The same seed gives the same files.
/// </summary>
public static class Mutations
{
    private static readonly byte[][] s_interesting =
    [
        [0], [0xFF], [0x7F], [0x80], [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0, 1, 0, 0, 0],
    ];

    /// <summary>Runs the parser over mutated files.</summary>
    /// <typeparam name="TError">The only exception that the parser may raise.</typeparam>
    /// <param name="seeds">Sound files to damage.</param>
    /// <param name="count">How many damaged files to make.</param>
    /// <param name="parse">Parses a file completely and releases what it made.</param>
    /// <param name="maxBytes">The most managed memory that one file may take.</param>
    /// <param name="focus">Most mutations hit the first bytes, where the structure is.</param>
    /// <returns>How many of the files were refused; a mutation test that refuses none tests nothing.</returns>
    public static int Run<TError>(IReadOnlyList<byte[]> seeds, int count, Action<byte[]> parse, long maxBytes, int focus = int.MaxValue)
        where TError : Exception
    {
        int refused = 0;
        for (int i = 0; i < count; i++)
        {
            var random = new Random(i);
            byte[] file = Mutate(seeds[i % seeds.Count], random, focus);
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
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
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (taken > maxBytes || seconds > 5)
            {
                throw new InvalidOperationException($"mutation {i} of file {i % seeds.Count} took {taken:N0} bytes and {seconds:F1} s");
            }
        }

        return refused;
    }

    private static byte[] Mutate(byte[] seed, Random random, int focus)
    {
        var file = new List<byte>(seed);
        int edits = random.Next(1, 4);
        for (int e = 0; e < edits && file.Count > 0; e++)
        {
            int reach = random.Next(5) == 0 ? file.Count : Math.Min(focus, file.Count);
            int at = random.Next(reach);
            switch (random.Next(8))
            {
                case 0 or 1:
                    file[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    file[at] = (byte)random.Next(256);
                    break;
                case 3:
                    byte[] value = s_interesting[random.Next(s_interesting.Length)];
                    for (int i = 0; i < value.Length && at + i < file.Count; i++)
                    {
                        file[at + i] = value[i];
                    }

                    break;
                case 4:
                    file.RemoveRange(at, Math.Min(file.Count - at, random.Next(1, 16)));
                    break;
                case 5:
                    file.InsertRange(at, Slice(file, random, reach));
                    break;
                case 6:
                    // Digits and letters of text headers.
                    file[at] = (byte)(file[at] is >= (byte)'0' and <= (byte)'9' ? '0' + random.Next(10) : file[at] + 1);
                    break;
                default:
                    if (random.Next(4) == 0)
                    {
                        file.RemoveRange(at, file.Count - at);
                    }
                    else
                    {
                        file.Insert(at, (byte)random.Next(256));
                    }

                    break;
            }
        }

        return [.. file];
    }

    private static byte[] Slice(List<byte> file, Random random, int reach)
    {
        int from = random.Next(reach);
        return [.. file.GetRange(from, Math.Min(file.Count - from, random.Next(1, 24)))];
    }
}
