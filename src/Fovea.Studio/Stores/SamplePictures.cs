using System.Globalization;
using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Studio.Stores;

/// <summary>Pictures to begin with: Clutter's, drawn by its generator, a few of each class.</summary>
internal static class SamplePictures
{
    private const int Count = 16;
    private const string Prefix = "clutter-";
    private static readonly ClutterDataset s_clutter = new(Count, split: DataSplit.Val);

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Enumerable.Range(0, Count).Select(i => $"{Prefix}{i.ToString(CultureInfo.InvariantCulture)}-{s_clutter.Classes[s_clutter.Label(i)]}")];

    /// <summary>The picture of a name; null when there is none.</summary>
    public static Image? Find(string name) => Names.ToList().IndexOf(name) is >= 0 and var index ? s_clutter.Get(index).Image : null;
}
