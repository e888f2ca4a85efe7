using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// Stochastic depth (Huang et al., "Deep Networks with Stochastic Depth", 2016): in training each sample passes by a block's branch with a
/// probability that rises linearly from 0 at the first block to the given rate at the last. Evaluation is as before, and so are the names of
/// the parameters.
/// </summary>
public static class StochasticDepth
{
    /// <summary>Gives it to a model's residual blocks: those of ResNets, of networks of inverted residuals, of ConvNeXt and of transformers. Once for each model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rate">The rate of the last block, 0 to below 1.</param>
    /// <exception cref="OptionException">The rate is out of range, or the model has no residual blocks.</exception>
    public static void Add(Module model, double rate)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (rate is not (>= 0 and < 1))
        {
            throw new OptionException("drop-path", $"expected a rate from 0 to below 1, got {rate}.");
        }

        IResidualBlock[] blocks = [.. model.NamedModules().Select(m => m.Value).OfType<IResidualBlock>()];
        if (blocks.Length == 0)
        {
            throw new OptionException("drop-path", "the model has no residual blocks to pass by; leave the flag out, or take a ResNet or a vision transformer.");
        }

        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i].SetDropPath(blocks.Length == 1 ? rate : rate * i / (blocks.Length - 1));
        }
    }
}
