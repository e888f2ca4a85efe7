namespace Fovea.Training.Data;

/// <summary>Pictures that a file in COCO's JSON lists.</summary>
internal static class CocoBoxes
{
    /// <summary>Reads a part.</summary>
    /// <param name="images">The tree of the pictures.</param>
    /// <param name="tree">The tree of the file.</param>
    /// <param name="file">The file's path in it.</param>
    /// <param name="options">Which files are pictures.</param>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static BoxContent Read(FileTree images, FileTree tree, string file, DatasetOptions options)
    {
        string source = $"{tree.Source}/{file}";
        CocoContent content = CocoJson.Read(tree.Read(file), source);
        string[] pictures = [.. images.Files.Where(f => images.IsImage(f, options))];
        ILookup<string, string> byName = pictures.ToLookup(NameOf, StringComparer.Ordinal);
        HashSet<string> paths = [.. pictures];
        var used = new HashSet<string>(StringComparer.Ordinal);
        var items = new List<BoxItem>();
        var twice = new List<string>();
        foreach (CocoPicture picture in content.Pictures)
        {
            // Files name pictures from the folder of pictures or from anywhere above it.
            string listed = NormalForm.Of(picture.File.Replace('\\', '/'));
            string? path = paths.TryGetValue(listed, out string? exact) ? exact : byName[NameOf(listed)].ToArray() is [var only] ? only : null;
            if (!used.Add(path ?? listed))
            {
                twice.Add(picture.File);
                continue;
            }

            items.Add(path is null
                ? new BoxItem(listed, null, $"{source}: there is no picture {picture.File} in {images.Source}.")
                : new BoxItem(path, picture.Annotation));
        }

        string[] unlisted = [.. pictures.Where(p => !used.Contains(p))];
        string[] notes =
        [
            .. BoxContent.Note(twice, $"{source}: {twice.Count} pictures are listed twice, and taken as they are first listed"),
            .. BoxContent.Note(unlisted, $"{images.Source}: {unlisted.Length} pictures are not in {source}, and left out"),
            .. BoxContent.NoteEmpty(images, items),
            .. content.Homeless > 0 ? new[] { $"{source}: {content.Homeless} boxes are of pictures that are not listed, and left out." } : [],
        ];
        return new BoxContent(images, items, content.Classes) { Notes = notes };
    }

    private static string NameOf(string path) => NormalForm.Of(path[(path.LastIndexOf('/') + 1)..]);
}
