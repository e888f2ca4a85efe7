using System.Globalization;

namespace Fovea.Imaging.Codecs;

/// <summary>Names of the pictures in a file of several: <c>stack.tif#3</c> is the third.</summary>
public static class PageName
{
    // Nobody has a stack of more pages than nine digits count.
    private const int MostDigits = 9;

    /// <summary>The name of a page.</summary>
    /// <param name="file">The file's name.</param>
    /// <param name="page">The page, from 1 on.</param>
    public static string Of(string file, int page) => string.Create(CultureInfo.InvariantCulture, $"{file}#{page}");

    /// <summary>Takes the name of a page apart. Whether a file itself has such a name, only its folder knows.</summary>
    /// <param name="name">A name or a path.</param>
    /// <param name="file">The name without the page.</param>
    /// <param name="page">The page, from 1 on.</param>
    /// <returns>Whether the name ends in a page.</returns>
    public static bool TryParse(string name, out string file, out int page)
    {
        ArgumentNullException.ThrowIfNull(name);
        (file, page) = (name, 0);
        int mark = name.LastIndexOf('#');
        ReadOnlySpan<char> digits = mark < 0 ? default : name.AsSpan(mark + 1);
        if (mark < 1 || digits.Length is 0 or > MostDigits || digits[0] == '0' || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        (file, page) = (name[..mark], int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>A path without the ending of its file, the page kept: <c>stack#3</c> for <c>stack.tif#3</c>.</summary>
    /// <param name="path">A path, with '/' between the parts.</param>
    public static string Stem(string path)
    {
        bool isPage = TryParse(path, out string file, out int page);
        int dot = file.LastIndexOf('.');
        string stem = dot > file.LastIndexOf('/') ? file[..dot] : file;
        return isPage ? Of(stem, page) : stem;
    }
}
