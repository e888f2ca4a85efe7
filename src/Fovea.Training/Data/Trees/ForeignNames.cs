using Fovea.Imaging.Codecs;

namespace Fovea.Training.Data;

/// <summary>Pictures under names that are no picture's: <c>1.png.bak</c>, <c>IMG_7.dat</c>.</summary>
internal static class ForeignNames
{
    private const int MostHeads = 1000;
    private const int Shown = 3;

    /// <summary>Says, in a sentence, which files are pictures by their first bytes and not by their names; at most 1,000 are looked into.</summary>
    public static IReadOnlyList<string> Notes(FileTree tree, DatasetOptions options)
    {
        (string File, PictureFormat Format)[] found =
        [
            .. tree.Files.Where(f => IsForeign(tree.FileOf(f, out _), options)).Take(MostHeads)
                .Select(f => (File: f, Format: PictureFormats.OfContent(tree.Head(f)))).Where(f => f.Format is not null).Select(f => (f.File, f.Format!)),
        ];
        string few = string.Join(", ", found.Take(Shown).Select(f => $"{f.File} is {f.Format.Phrase}"));
        return found.Length == 0 ? [] :
        [
            $"{tree.Source}: {(found.Length == 1 ? "1 file is a picture" : $"{found.Length} files are pictures")} by content and not by name, and left out: {few}"
                + $"{(found.Length > Shown ? ", …" : string.Empty)}; name them by their format.",
        ];
    }

    private static bool IsForeign(string path, DatasetOptions options)
    {
        int dot = path.LastIndexOf('.');
        return dot > path.LastIndexOf('/') && !options.IsNamed(path[dot..]) && !DataFiles.IsData(path) && ArchiveFile.StemOf(path) is null;
    }
}
