using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>What the pictures of a run take beside its tensors.</summary>
/// <param name="Count">Training pictures.</param>
/// <param name="Kept">Bytes of decoded pictures that are kept from epoch to epoch. The check of the data read them: they are held already.</param>
/// <param name="Decoding">Bytes for decoding the largest picture.</param>
internal sealed record PictureBytes(int Count, long Kept, long Decoding)
{
    // Pixels of three channels as they are decoded, resized and turned.
    private const int Copies = 3;
    private const int Channels = 3;

    public static PictureBytes Of(DatasetPair pair, DataReport report, long? limit)
    {
        long most = Math.Min(DatasetOptions.Default.CacheLimit, limit / 8 ?? long.MaxValue);
        long kept = Decoded(report.Train) + (report.Val is { } val ? Decoded(val) : 0);
        return new PictureBytes(pair.Train.Count, Math.Min(kept, most), Copies * Channels * (long)report.Train.Largest.Width * report.Train.Largest.Height);
    }

    // The sizes that are counted are the most frequent ones; the rest is taken to be like them.
    private static long Decoded(DatasetSummary data)
    {
        double counted = data.Sizes.Sum(s => (double)s.Count);
        return counted == 0 ? 0 : (long)(data.Sizes.Sum(s => (double)s.Count * s.Width * s.Height) / counted * data.Count * Channels);
    }
}
