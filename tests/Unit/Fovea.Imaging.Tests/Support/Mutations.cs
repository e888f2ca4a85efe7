using Fovea.Imaging.Codecs;

namespace Fovea.Imaging.Tests;

/// <summary>Feeds a decoder damaged files and accepts pictures and <see cref="ImageException"/>, nothing else.</summary>
internal static class Mutations
{
    /// <summary>Small limits, so that a decoder that ignores them is found out by the memory it takes.</summary>
    public static readonly ImageLimits Small = new() { MaxPixels = 1_000_000, MaxSide = 4096, MaxMemory = 16_000_000 };

    /// <summary>Runs a number of mutations, spread over the files, and returns how many were refused.</summary>
    /// <param name="decoder">Under test; its signature is not asked, so that damaged ones reach the parser.</param>
    /// <param name="files">Valid files to start from.</param>
    /// <param name="count">How many mutations.</param>
    /// <param name="repair">Makes a mutated file pass the checks that would stop it early (checksums), or null.</param>
    public static int Run(IImageDecoder decoder, IReadOnlyList<byte[]> files, int count, Func<byte[], byte[]>? repair = null)
    {
        var random = new Random(20240607);
        int refused = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] damaged = Mutate(files[i % files.Count], random);
            damaged = repair?.Invoke(damaged) ?? damaged;
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Check(decoder.Decode(damaged, Small));
                decoder.ReadOrientation(damaged);
                Assert.InRange(decoder.DecodeStored(damaged, Small).Samples.Length, 1, 4 * Small.MaxPixels);
            }
            catch (ImageException)
            {
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"mutation {i}: {e.GetType().Name} {e.Message} on {Convert.ToBase64String(damaged)}\n{e.StackTrace}");
            }

            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(taken < 3 * Small.MaxMemory, $"mutation {i} took {taken} bytes: {Convert.ToBase64String(damaged)}");
        }

        return refused;
    }

    private static void Check(Image image) => Assert.True((long)image.Width * image.Height <= Small.MaxPixels);

    private static byte[] Mutate(byte[] file, Random random)
    {
        byte[] bytes = [.. file];
        int edits = 1 + random.Next(4);
        for (int edit = 0; edit < edits && bytes.Length > 0; edit++)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes[at] = random.Next(2) == 0 ? (byte)0 : (byte)255;
                    break;
                case 3:
                    bytes = bytes[..at];
                    break;
                case 4:
                    bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + 1 + random.Next(8))..]];
                    break;
                case 5:
                    byte[] insert = new byte[1 + random.Next(8)];
                    random.NextBytes(insert);
                    bytes = [.. bytes[..at], .. insert, .. bytes[at..]];
                    break;
                default:
                    // The first bytes hold the sizes and kinds: hit them more often.
                    bytes[random.Next(Math.Min(bytes.Length, 60))] = (byte)random.Next(256);
                    break;
            }
        }

        return bytes;
    }
}
