using System.Text.RegularExpressions;
using Fovea.Io;
using Fovea.Training;

namespace Fovea.Serving;

/// <summary>A model that is served.</summary>
/// <param name="Name">Its name in addresses: letters, digits, hyphens, dots and underscores, at most 64.</param>
/// <param name="Predict">Its weights (a file, the folder of a run, whose best weights are followed while it trains, or another source) and how it predicts.</param>
public sealed partial record ServedModelOptions(string Name, PredictOptions Predict)
{
    /// <summary>The name that weights get where none is given: that of the run's folder, of the repository, or the file's without its extension.</summary>
    /// <param name="weights">The path of the weights.</param>
    public static string NameOf(string weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        string name = WeightsSources.IsSource(weights) ? WeightsSources.LabelOf(weights) : Path.GetFileName(Path.TrimEndingDirectorySeparator(weights));
        if (File.Exists(weights) && Path.GetFileNameWithoutExtension(name) is { } stem)
        {
            // The file that a run writes says nothing; its folder does.
            name = stem == "best" && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(weights))) is { Length: > 0 } folder ? folder : stem;
        }

        name = Other().Replace(name, "-").Trim('-', '.');
        return name.Length switch
        {
            0 => "model",
            > MostLetters => name[..MostLetters],
            _ => name,
        };
    }

    /// <summary>Whether a name can be part of an address.</summary>
    /// <param name="name">The name.</param>
    public static bool IsName(string name) => name is { Length: > 0 and <= MostLetters } && !Other().IsMatch(name) && name.Trim('.').Length > 0;

    private const int MostLetters = 64;

    [GeneratedRegex("[^A-Za-z0-9_.-]")]
    private static partial Regex Other();
}
