using Fovea.Imaging.Codecs;
using Fovea.Testing.Mutating;

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
    /// <param name="structure">What is known of the format; null for nothing.</param>
    public static int Run(IImageDecoder decoder, IReadOnlyList<byte[]> files, int count, FileStructure? structure = null)
    {
        var random = new Random(20240607);
        var mutator = new Mutator(structure ?? FileStructure.None);
        int refused = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] damaged = mutator.Mutate(files, i % files.Count, random);
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
}
