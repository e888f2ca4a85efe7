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
    /// <summary>What was left out, or taken to mean something that is not certain, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>A part of the data that was found and is not read yet.</summary>
/// <param name="Folders">The folders right under the tree that it is in.</param>
/// <param name="Read">Reads its annotations.</param>
internal sealed record BoxPart(IReadOnlyList<string> Folders, Func<BoxContent> Read);
