using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Weights that make rare classes count as much as common ones.</summary>
public static class ClassWeights
{
    /// <summary>
    /// <c>w_c = N / (C · n_c)</c> for the n_c images (of masks pixels, of boxes boxes) of class c of N in all: their mean over the images is 1. A class without
    /// images gets 0.
    /// </summary>
    public static IReadOnlyList<double> Of(IImageDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        long[] counts = new long[dataset.Classes.Count];
        for (int i = 0; i < dataset.Count; i++)
        {
            if (dataset.Task.HasClassEach)
            {
                counts[dataset.Label(i)]++;
                continue;
            }

            if (Readable(dataset, i) is not { } sample)
            {
                continue;
            }

            int[] own = dataset.Task.CountIn(sample, counts.Length)
                ?? throw new OptionException("class-weights", $"weigh classes of pictures, pixels or boxes; {dataset.Source} has pictures with {dataset.Task.Labels}.");
            for (int label = 0; label < counts.Length; label++)
            {
                counts[label] += own[label];
            }
        }

        int present = counts.Count(c => c > 0);
        double total = counts.Sum();
        return [.. counts.Select(c => c == 0 ? 0 : total / ((double)present * c))];
    }

    // A damaged picture counts nothing; whoever trains on it names it.
    private static ImageSample? Readable(IImageDataset dataset, int index)
    {
        try
        {
            return dataset.Get(index);
        }
        catch (DataException e) when (e.IsDamage)
        {
            return null;
        }
    }
}
