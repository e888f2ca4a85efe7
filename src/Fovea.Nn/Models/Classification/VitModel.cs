using Fovea.Attention;

namespace Fovea.Models;

/// <summary>Vision transformers that have names: sizes in timm's form, so that timm's weights load by name, and document 000's.</summary>
internal static class VitModel
{
    /// <summary>Builds one for images of a size.</summary>
    /// <param name="name">The model's name, for errors.</param>
    /// <param name="options">Classes, channels, image size.</param>
    /// <param name="patch">Side of a patch.</param>
    /// <param name="dim">Features of a token.</param>
    /// <param name="depth">Blocks.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="distilled">Whether it has DeiT's distillation token (default false).</param>
    /// <exception cref="OptionException">There is attention to place, which a transformer has no slots for, or the size does not divide.</exception>
    public static Module Create(string name, ModelOptions options, int patch, int dim, int depth, int heads, bool distilled = false)
    {
        CheckNoAttention(name, options);
        return new VisionTransformer(options.ImageSize.Height, options.ImageSize.Width, options.Classes, dim, heads)
        {
            PatchHeight = patch,
            PatchWidth = patch,
            InChannels = options.InChannels,
            Depth = depth,
            NormEpsilon = 1e-6,
            Distilled = distilled,
        };
    }

    /// <summary>
    /// Builds document 000's: 6 blocks of 1,024 features with 16 heads of 64, MLPs of 2,048 with ReLU, no bias on queries, keys and values, patches of 32, a tenth
    /// dropped in training.
    /// </summary>
    /// <param name="name">The model's name, for errors.</param>
    /// <param name="options">Classes, channels, image size.</param>
    /// <exception cref="OptionException">As for <see cref="Create"/>.</exception>
    public static Module CreateOfDocument(string name, ModelOptions options)
    {
        CheckNoAttention(name, options);
        return new VisionTransformer(options.ImageSize.Height, options.ImageSize.Width, options.Classes, 1024, 16)
        {
            PatchHeight = 32,
            PatchWidth = 32,
            InChannels = options.InChannels,
            Depth = 6,
            HeadDim = 64,
            MlpDim = 2048,
            Activation = MlpActivation.Relu,
            QkvBias = false,
            NormAfterPool = true,
            Dropout = 0.1,
        };
    }

    private static void CheckNoAttention(string name, ModelOptions options)
    {
        if (options.Attention is not null)
        {
            throw new OptionException(name, $"attention: {options.Attention.Key} has no place in a transformer; choose a convolutional model, or leave it out.");
        }
    }
}
