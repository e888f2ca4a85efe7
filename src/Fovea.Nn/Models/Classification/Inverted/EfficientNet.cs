using Fovea.Attention;

namespace Fovea.Models;

/// <summary>
/// EfficientNet (Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019): seven stages of inverted residual blocks with the
/// SiLU and squeeze-and-excitation over a quarter of a block's input, made wider and deeper together. Names and numbers are torchvision's.
/// </summary>
internal static class EfficientNet
{
    private const int Stem = 32;
    private const int LastExpansion = 4;

    // Of each stage: factor of the channels inside, kernel, stride, output, blocks.
    private static readonly (int Expansion, int Kernel, int Stride, int Output, int Blocks)[] s_stages =
    [
        (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1),
    ];

    /// <summary>Builds one.</summary>
    /// <param name="width">Factor of the channels: 1 for B0 and B1, 1.1 for B2.</param>
    /// <param name="depth">Factor of the blocks of a stage, rounded up: 1 for B0, 1.1 for B1, 1.2 for B2.</param>
    /// <param name="dropout">Share of features dropped before the classifier: 0.2 for B0 and B1, 0.3 for B2.</param>
    /// <param name="options">Classes and attention.</param>
    /// <exception cref="OptionException">The attention does not fit.</exception>
    public static Module Create(double width, double depth, double dropout, ModelOptions options)
    {
        var stages = new List<List<InvertedBlock>>();
        int input = Divisible.Near(Stem * width);
        foreach ((int expansion, int kernel, int stride, int output, int blocks) in s_stages)
        {
            int channels = Divisible.Near(output * width);
            var stage = new List<InvertedBlock>();
            for (int i = 0; i < (int)Math.Ceiling(blocks * depth); i++)
            {
                stage.Add(new InvertedBlock(
                    input, Divisible.Near(input * expansion), channels, kernel, i == 0 ? stride : 1, MapFunction.Silu, Math.Max(1, input / 4)));
                input = channels;
            }

            stages.Add(stage);
        }

        return new InvertedNet(
            new InvertedPlan("efficientnet", stages)
            {
                NamesStages = true,
                Function = MapFunction.Silu,
                LastChannels = LastExpansion * input,
                Dropout = dropout,
                Squeeze = static (channels, inside) =>
                    new SqueezeExcitation(channels) { SqueezeChannels = inside, Bias = true, Activation = SqueezeFunction.Silu, Pointwise = true },
            },
            options);
    }
}
