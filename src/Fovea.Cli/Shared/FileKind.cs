using Fovea.Io;

namespace Fovea.Cli;

/// <summary>What a file holds, by its extension.</summary>
internal enum FileKind
{
    /// <summary>The extension does not tell.</summary>
    Unknown,

    /// <summary>Weights: named tensors.</summary>
    Weights,

    /// <summary>A picture.</summary>
    Image,
}

/// <summary>Tells weights from pictures.</summary>
internal static class FileKinds
{
    public const string Writable = "weights as .safetensors, .pth, .pt, .th or .npz; images as .png, .bmp, .ppm or .pgm";

    private static readonly string[] s_readOnlyImages = [".jpg", ".jpeg", ".jpe", ".jfif", ".pbm", ".pnm", ".tif", ".tiff"];
    private static readonly string[] s_images = [".png", ".bmp", ".ppm", ".pgm"];

    /// <summary>Whether a path, or another source, is that of an ONNX file, whose weights are read.</summary>
    public static bool IsOnnx(string path) => WeightsSources.FileNameOf(path).EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>What the extension of a path, or of another source, says.</summary>
    public static FileKind Of(string path)
    {
        string name = WeightsSources.FileNameOf(path);
        string extension = Path.GetExtension(name).ToLowerInvariant();
        return WeightsFile.FormatOf(name) is not null ? FileKind.Weights
            : s_images.Contains(extension) || s_readOnlyImages.Contains(extension) ? FileKind.Image
            : FileKind.Unknown;
    }

    /// <summary>The kind of a file to write.</summary>
    /// <exception cref="OptionException">Nothing is written with this extension.</exception>
    public static FileKind OfOutput(string path)
    {
        FileKind kind = Of(path);
        if (kind == FileKind.Unknown)
        {
            throw new OptionException("convert", $"cannot tell from {path} what to write; {Writable}.");
        }

        if (IsOnnx(path))
        {
            throw new OptionException("convert", "weights alone do not become ONNX, which holds a network; fovea export writes the model of some weights.");
        }

        return kind == FileKind.Weights || s_images.Contains(Path.GetExtension(path).ToLowerInvariant())
            ? kind
            : throw new OptionException("convert", $"{Path.GetExtension(path)} is read, not written; {Writable}.");
    }
}
