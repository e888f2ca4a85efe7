using Fovea.Layers;

namespace Fovea.Models;

/// <summary>How residual networks start.</summary>
internal static class ResidualInitialization
{
    /// <summary>Draws every convolution of a residual network from Kaiming's normal distribution over the fan-out, as the paper does.</summary>
    public static void KaimingConvolutions(Module model, Generator generator)
    {
        foreach ((string name, Module part) in model.NamedModules())
        {
            // Convolutions inside attention keep the mechanism's own initialisation.
            if (part is Conv2d conv && !name.Contains("attention", StringComparison.Ordinal))
            {
                int fanOut = conv.OutChannels / conv.Groups * conv.KernelSize.Height * conv.KernelSize.Width;
                Initialization.KaimingNormal(conv.Weight, fanOut, generator.Fork(name));
            }
        }
    }

    /// <summary>Draws them when a model is built, unless its values come from elsewhere.</summary>
    public static void DrawUnlessDeferred(Module model)
    {
        if (Initialization.Next() is { } generator)
        {
            KaimingConvolutions(model, generator);
        }
    }
}
