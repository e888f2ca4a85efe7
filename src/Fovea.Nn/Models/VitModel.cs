using Fovea.Attention;

namespace Fovea.Models;

/// <summary>The sizes of vision transformers that have names, in timm's form, so that timm's weights load by name.</summary>
internal static class VitModel
{
    /// <summary>Builds one for images of a size.</summary>
    /// <param name="name">The model's name, for errors.</param>
    /// <param name="options">Classes, channels, image size.</param>
    /// <param name="patch">Side of a patch.</param>
    /// <param name="dim">Features of a token.</param>
    /// <param name="depth">Blocks.</param>
    /// <param name="heads">Heads.</param>
    /// <exception cref="OptionException">There is attention to place, which a transformer has no slots for, or the size does not divide.</exception>
    public static Module Create(string name, ModelOptions options, int patch, int dim, int depth, int heads)
    {
        if (options.Attention is not null)
        {
            throw new OptionException(name, $"attention: {options.Attention.Key} has no place in a transformer; choose a convolutional model, or leave it out.");
        }

        return new VisionTransformer(options.ImageSize.Height, options.ImageSize.Width, options.Classes, dim, heads)
        {
            PatchHeight = patch,
            PatchWidth = patch,
            InChannels = options.InChannels,
            Depth = depth,
            NormEpsilon = 1e-6,
        };
    }
}
