using Fovea.Imaging;
using Fovea.Imaging.Codecs;

namespace Fovea.Training;

/// <summary>What a model sees in one image.</summary>
public interface IPrediction
{
    /// <summary>The image's name, mostly its path.</summary>
    string Path { get; }

    /// <summary>One line for people, without the path.</summary>
    /// <param name="top">How many classes to name at most.</param>
    string ToText(int top);

    /// <summary>One line of JSON.</summary>
    /// <param name="file">Where it was written; null for nowhere.</param>
    string ToJson(string? file);

    /// <summary>It as a picture, where it is one: a mask in its colours, a photograph with its boxes; null (default) where it is none.</summary>
    Image? Picture => null;

    /// <summary>Writes the picture, where there is one.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    void Save(string file)
    {
        if (Picture is { } picture)
        {
            ImageCodecs.Save(file, picture);
        }
    }

    /// <summary>The image with what is seen drawn over it; null (default) where nothing can be drawn.</summary>
    /// <param name="image">The image.</param>
    Image? Over(Image image) => null;
}
