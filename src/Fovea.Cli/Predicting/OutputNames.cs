using System.Globalization;
using Fovea.Imaging.Codecs;

namespace Fovea.Cli.Predicting;

/// <summary>Names for what is written about pictures: by the picture, and numbered where two in different folders have one name.</summary>
internal sealed class OutputNames
{
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The picture's name without its extension, which nothing else has yet.</summary>
    /// <param name="picture">Its path, or a hyphen for the standard input.</param>
    public string Of(string picture)
    {
        string stem = picture == PictureInputs.StandardInput ? "stdin" : StemOf(picture), name = stem;
        for (int number = 2; !_taken.Add(name); number++)
        {
            name = $"{stem}-{number}";
        }

        return name;
    }

    // A mark of pages would end a link to the file.
    private static string StemOf(string picture) => PageName.TryParse(picture, out string file, out int page)
        ? string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(file)}-page{page}")
        : Path.GetFileNameWithoutExtension(picture);
}
