using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>Finds how a sequence of tokens lies over a picture.</summary>
internal static class TokenGrid
{
    // A class token, and those of distillation or registers.
    private const int MostPrefix = 8;

    /// <summary>
    /// The grid of a sequence: what the relations of the same length say; then the last grid of maps before it (the patch embedding), with the
    /// tokens that are too many before it; then one of the picture's form, with a class token or without.
    /// </summary>
    /// <param name="length">Number of tokens.</param>
    /// <param name="known">Grids that relations of the model have.</param>
    /// <param name="maps">Sizes of the maps that were made before, in order.</param>
    /// <param name="picture">Height and width of the pictures.</param>
    /// <returns>Null when nothing fits.</returns>
    public static RelationGrid? Find(int length, IEnumerable<RelationGrid> known, IEnumerable<(int Height, int Width)> maps, (int Height, int Width) picture) =>
        known.FirstOrDefault(g => g.Count == length && g.Axes is [> 0, > 0] && g.Axes[0] * g.Axes[1] > 1)
        ?? maps.Reverse().Where(m => m.Height * m.Width > 1 && length - (m.Height * m.Width) is >= 0 and <= MostPrefix)
            .Select(m => new RelationGrid([m.Height, m.Width], length - (m.Height * m.Width))).FirstOrDefault()
        ?? Enumerable.Range(0, 3).Select(prefix => OfForm(length - prefix, prefix, picture)).FirstOrDefault(g => g is not null);

    private static RelationGrid? OfForm(int cells, int prefix, (int Height, int Width) picture)
    {
        int height = (int)Math.Round(Math.Sqrt((double)cells * picture.Height / picture.Width));
        return cells > 1 && height > 0 && cells % height == 0 && (long)height * picture.Width == (long)(cells / height) * picture.Height
            ? new RelationGrid([height, cells / height], prefix)
            : null;
    }
}
