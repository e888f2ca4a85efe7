using System.Text;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Training.Data;

namespace Fovea.Cli.Predicting;

/// <summary>What <c>predict</c> and <c>explain</c> are given: files, folders, patterns, a list of them in a file, and the standard input as a picture or as the list.</summary>
/// <param name="decoding">How they are decoded.</param>
/// <param name="input">Opens the standard input.</param>
/// <param name="refuse">Called with each input that there is nothing for, and why.</param>
/// <param name="note">Called with what was passed over in a folder; null for nobody.</param>
internal sealed class PictureInputs(DecodeOptions decoding, Func<Stream> input, Action<string, string> refuse, Action<string>? note = null)
{
    /// <summary>What stands for the standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>What to say about inputs that cannot be together; null if they can.</summary>
    public static string? Problem(IEnumerable<string> paths, string? list)
    {
        int inputs = paths.Count(p => p == StandardInput) + (list == StandardInput ? 1 : 0);
        return inputs > 1 ? "the standard input (-) can be read once: as a picture, or as the list." : null;
    }

    /// <summary>The pictures, one after the other.</summary>
    /// <param name="paths">Files, folders, patterns, and a hyphen for a picture in the standard input.</param>
    /// <param name="list">A file with a file or a folder on each line, or a hyphen for the standard input; null for none.</param>
    /// <exception cref="FileNotFoundException">There is no such list.</exception>
    public IEnumerable<Picture> Find(IEnumerable<string> paths, string? list)
    {
        foreach (string path in paths)
        {
            IEnumerable<Picture> found = path == StandardInput ? [new Picture(path, Decode)]
                : Glob.IsPattern(path) && !Path.Exists(path) ? Matching(path)
                : Files(path);
            foreach (Picture picture in found)
            {
                yield return picture;
            }
        }

        foreach (Picture picture in list is null ? [] : Lines(list).SelectMany(Files))
        {
            yield return picture;
        }
    }

    /// <summary>Decodes pictures one after the other; those that cannot be read are refused.</summary>
    /// <param name="pictures">The pictures.</param>
    public IEnumerable<(string Path, Image Image)> Load(IEnumerable<Picture> pictures)
    {
        foreach ((string path, Func<Image> read) in pictures)
        {
            Image? image = null;
            try
            {
                image = read();
            }
            catch (Exception e) when (e is ImageException or IOException or UnauthorizedAccessException)
            {
                refuse(path, e.Message);
            }

            if (image is not null)
            {
                yield return (path, image);
            }
        }
    }

    private IEnumerable<Picture> Matching(string pattern)
    {
        IReadOnlyList<string> found = Glob.Find(pattern);
        if (found.Count == 0)
        {
            refuse(pattern, $"{pattern}: no file has such a name.");
        }

        return found.SelectMany(Files);
    }

    private IEnumerable<Picture> Files(string path)
    {
        try
        {
            var files = new ImageFiles([path]);
            foreach (string text in files.Notes)
            {
                note?.Invoke(text);
            }

            return Enumerable.Range(0, files.Count).Select(files.Name).Select(f => new Picture(f, () => ImageCodecs.Load(f, decoding)));
        }
        catch (DataException e)
        {
            refuse(path, e.Message);
            return [];
        }
    }

    private IEnumerable<string> Lines(string list)
    {
        using var reader = new StreamReader(list == StandardInput ? input() : File.OpenRead(list), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (line.Trim() is { Length: > 0 } path)
            {
                yield return path;
            }
        }
    }

    private Image Decode()
    {
        using Stream stream = input();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return ImageCodecs.Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), decoding);
    }
}
