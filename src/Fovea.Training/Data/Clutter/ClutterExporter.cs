using Fovea.Imaging;
using Fovea.Imaging.Codecs;

namespace Fovea.Training.Data;

/// <summary>Writes Clutter out, to look at it or to train other software on it.</summary>
public static class ClutterExporter
{
    /// <summary>
    /// Writes both splits as PNG: <c>train/CLASS/NUMBER.png</c> and <c>val/CLASS/NUMBER.png</c>, and the masks by the same names under
    /// <c>masks/</c> (grey, 255 on the glyph).
    /// </summary>
    /// <param name="folder">The folder to write into; made when it is not there. It must be empty.</param>
    /// <param name="options">Counts and seed; null for the defaults.</param>
    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <returns>How many pictures were written (as many masks as well).</returns>
    /// <exception cref="DataException">The folder is not empty.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static int Export(
        string folder, DatasetOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= DatasetOptions.Default;
        options.Validate();
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new DataException($"{folder}: the folder to export into is not empty; give another, or empty it.");
        }

        ClutterDataset[] parts =
        [
            new(options.ClutterTrainCount, options.Seed, DataSplit.Train),
            new(options.ClutterValCount, options.Seed, DataSplit.Val),
        ];
        int total = parts.Sum(p => p.Count), written = 0;
        foreach (ClutterDataset part in parts)
        {
            for (int i = 0; i < part.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                ImageSample sample = part.Get(i);
                Save(Path.Combine(folder, sample.Name), sample.Image);
                Save(Path.Combine(folder, "masks", sample.Name), sample.Mask!);
                progress?.Report(++written / (double)total);
            }
        }

        return total;
    }

    private static void Save(string path, Image image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ImageCodecs.Save(path, image);
    }
}
