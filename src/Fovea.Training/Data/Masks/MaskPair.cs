using Fovea.Imaging.Codecs;

namespace Fovea.Training.Data;

/// <summary>A picture and its mask.</summary>
/// <param name="Image">The picture's path.</param>
/// <param name="Mask">The mask's; null when there is none.</param>
/// <param name="Problem">Why they cannot be used, with the files; null when they can.</param>
internal readonly record struct MaskPair(string Image, string? Mask, string? Problem)
{
    /// <summary>
    /// Finds the mask of a picture by name, and of a page by name and number. Stacks of different lengths are no pair: nothing says which pages belong together.
    /// </summary>
    /// <param name="images">The tree of pictures.</param>
    /// <param name="masks">The tree of masks.</param>
    /// <param name="image">The picture.</param>
    /// <param name="byName">The masks by their names.</param>
    public static MaskPair Of(FileTree images, FileTree masks, string image, Dictionary<string, string> byName)
    {
        string file = images.FileOf(image, out int page);
        string? mask = MaskNames.Find(byName, image);

        // The mask of a stack may be one picture, and that of a picture a stack.
        string? other = mask ?? MaskNames.Find(byName, PageName.Of(file, 1)) ?? (page > 0 ? MaskNames.Find(byName, file) : null);
        if (other is null)
        {
            return new MaskPair(image, null, null);
        }

        string maskFile = masks.FileOf(other, out _);
        int pages = images.PagesOf(file).Count, theirs = masks.PagesOf(maskFile).Count;
        return pages == theirs ? new MaskPair(image, mask, null) : new MaskPair(image, mask,
            $"{masks.Source}/{maskFile}: expected {pages} {(pages == 1 ? "page" : "pages")}, as many as {images.Source}/{file} has, got {theirs}; stacks are paired page by page.");
    }
}
