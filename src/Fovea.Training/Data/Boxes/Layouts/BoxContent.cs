namespace Fovea.Training.Data;

/// <summary>A picture and what is said of it, or what is wrong with one of the two.</summary>
/// <param name="Name">The picture's path in its tree; the annotation's where there is no picture.</param>
/// <param name="Annotation">What is said of it; null where that cannot be read.</param>
/// <param name="Problem">Why it cannot be used, with the file; null when it can.</param>
internal sealed record BoxItem(string Name, BoxAnnotation? Annotation, string? Problem = null);

/// <summary>The pictures of a part of the data, with their annotations read.</summary>
/// <param name="Images">The tree that the pictures lie in.</param>
/// <param name="Items">The pictures.</param>
/// <param name="Classes">The names of the classes where the data give them; null where they are what the boxes are called.</param>
internal sealed record BoxContent(FileTree Images, IReadOnlyList<BoxItem> Items, IReadOnlyList<string>? Classes)
{
    private const int Shown = 3;

    /// <summary>What was left out, or taken to mean something that is not certain, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>A sentence that names the first of some files; none where there are no files.</summary>
    /// <param name="files">The files.</param>
    /// <param name="what">What is to be said of them.</param>
    public static IEnumerable<string> Note(IReadOnlyList<string> files, string what) => files.Count == 0 ? []
        : [$"{what}: {string.Join(", ", files.Take(Shown))}{(files.Count > Shown ? ", …" : string.Empty)}."];

    /// <summary>What is said of the pictures that show nothing.</summary>
    /// <param name="images">The tree of the pictures.</param>
    /// <param name="items">The pictures.</param>
    /// <param name="bare">How many of them have no file of their own, where they need none.</param>
    public static IEnumerable<string> NoteEmpty(FileTree images, IReadOnlyCollection<BoxItem> items, int bare = 0)
    {
        string[] empty = [.. items.Where(i => i.Annotation is { Boxes.Count: 0 }).Select(i => i.Name)];
        string without = bare > 0 ? $", {bare} of them no file of labels" : string.Empty;
        return Note(empty, $"{images.Source}: {empty.Length} of {items.Count} pictures have no box{without}, and are taken as showing nothing");
    }
}

/// <summary>A part of the data that was found and is not read yet.</summary>
/// <param name="Folders">The folders right under the tree that it is in.</param>
/// <param name="Read">Reads its annotations.</param>
internal sealed record BoxPart(IReadOnlyList<string> Folders, Func<BoxContent> Read);
