using Fovea.Imaging.Codecs;

namespace Fovea.Training.Data;

/// <summary>The names by which folders and files of masks are known, and how a mask is found for a picture.</summary>
internal static class MaskNames
{
    /// <summary>Folders of pictures that have masks.</summary>
    public static readonly string[] ImageFolders = ["images", "image", "imgs", "img", "jpegimages", "inputs", "input"];

    /// <summary>Folders of masks.</summary>
    public static readonly string[] MaskFolders =
    [
        "masks", "mask", "labels", "label", "annotations", "annotation", "annots", "annot", "gt", "groundtruth", "ground_truth",
        "segmentations", "segmentation", "segmentationclass", "seg", "targets", "target",
    ];

    private static readonly string[] s_maskEnds =
        ["_mask", "-mask", "_masks", "_label", "-label", "_labels", "_annot", "_gt", "_seg", "_segmentation", "_target", "_labelids", "_l", "mask"];

    private static readonly string[] s_imageEnds = ["_image", "-image", "_img", "_sat", "_input", "_leftimg8bit"];

    /// <summary>Whether a folder is that of the masks for the pictures in another: <c>trainannot</c> for <c>train</c>.</summary>
    public static bool IsBeside(string masks, string images) =>
        masks.Length > images.Length
        && masks.StartsWith(images, StringComparison.OrdinalIgnoreCase)
        && MaskFolders.Contains(masks[images.Length..].TrimStart('_', '-'), StringComparer.OrdinalIgnoreCase);

    /// <summary>Masks by the names that pictures may have for them: without ending, without <c>_mask</c> and its like.</summary>
    public static Dictionary<string, string> ByName(IEnumerable<string> masks)
    {
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string[] all = [.. masks];
        foreach (string path in all)
        {
            found.TryAdd(Stem(path), path);
        }

        foreach (string path in all)
        {
            if (Without(Stem(path), s_maskEnds) is { } plain)
            {
                found.TryAdd(plain, path);
            }
        }

        return found;
    }

    /// <summary>The mask of a picture, or null.</summary>
    public static string? Find(Dictionary<string, string> masks, string image)
    {
        string stem = Stem(image);
        return masks.TryGetValue(stem, out string? found) || (Without(stem, s_imageEnds) is { } plain && masks.TryGetValue(plain, out found)) ? found : null;
    }

    // Without ending, if there is one, with the page, if it is one, and with its letters composed one way.
    private static string Stem(string path) => NormalForm.Of(PageName.Stem(path));

    private static string? Without(string stem, string[] ends)
    {
        bool isPage = PageName.TryParse(stem, out string file, out int page);
        string? end = ends.FirstOrDefault(e => file.EndsWith(e, StringComparison.OrdinalIgnoreCase));
        return end is null || file.Length == end.Length || file[^(end.Length + 1)] == '/' ? null
            : isPage ? PageName.Of(file[..^end.Length], page) : file[..^end.Length];
    }
}
