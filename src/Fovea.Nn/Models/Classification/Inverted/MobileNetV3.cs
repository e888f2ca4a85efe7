using Fovea.Attention;

namespace Fovea.Models;

/// <summary>
/// MobileNetV3 (Howard et al., "Searching for MobileNetV3", 2019): inverted residual blocks, in the later ones the hard swish, in some squeeze-and-excitation with
/// the hard sigmoid over a quarter of the channels. Names and numbers are torchvision's.
/// </summary>
internal static class MobileNetV3
{
    private const double Dropout = 0.2;
    private const int LastExpansion = 6;

    // The input's channels of the first block, then of each: expanded, output, kernel, whether it squeezes, whether it has the hard swish, stride.
    private const int Stem = 16;

    private static readonly (int Expanded, int Output, int Kernel, bool Squeezes, bool Hard, int Stride)[] s_small =
    [
        (16, 16, 3, true, false, 2),
        (72, 24, 3, false, false, 2), (88, 24, 3, false, false, 1),
        (96, 40, 5, true, true, 2), (240, 40, 5, true, true, 1), (240, 40, 5, true, true, 1), (120, 48, 5, true, true, 1), (144, 48, 5, true, true, 1),
        (288, 96, 5, true, true, 2), (576, 96, 5, true, true, 1), (576, 96, 5, true, true, 1),
    ];

    private static readonly (int Expanded, int Output, int Kernel, bool Squeezes, bool Hard, int Stride)[] s_large =
    [
        (16, 16, 3, false, false, 1),
        (64, 24, 3, false, false, 2), (72, 24, 3, false, false, 1),
        (72, 40, 5, true, false, 2), (120, 40, 5, true, false, 1), (120, 40, 5, true, false, 1),
        (240, 80, 3, false, true, 2), (200, 80, 3, false, true, 1), (184, 80, 3, false, true, 1), (184, 80, 3, false, true, 1),
        (480, 112, 3, true, true, 1), (672, 112, 3, true, true, 1),
        (672, 160, 5, true, true, 2), (960, 160, 5, true, true, 1), (960, 160, 5, true, true, 1),
    ];

    /// <summary>Builds one.</summary>
    /// <param name="isLarge">Whether it is the large one.</param>
    /// <param name="options">Classes and attention.</param>
    /// <param name="width">Factor of all channels (default 1).</param>
    /// <exception cref="OptionException">The attention does not fit.</exception>
    public static Module Create(bool isLarge, ModelOptions options, double width = 1)
    {
        int Scaled(int channels) => Divisible.Near(channels * width);
        var stages = new List<List<InvertedBlock>>();
        int input = Stem;
        foreach ((int expanded, int output, int kernel, bool squeezes, bool hard, int stride) in isLarge ? s_large : s_small)
        {
            if (stages.Count == 0 || stride > 1)
            {
                stages.Add([]);
            }

            int inside = Scaled(expanded);
            stages[^1].Add(new InvertedBlock(
                Scaled(input), inside, Scaled(output), kernel, stride, hard ? MapFunction.HardSwish : MapFunction.Relu, squeezes ? Divisible.Near(inside / 4) : 0));
            input = output;
        }

        return new InvertedNet(
            new InvertedPlan("mobilenet_v3", stages)
            {
                Function = MapFunction.HardSwish,
                LastChannels = LastExpansion * Scaled(input),
                Hidden = Scaled(isLarge ? 1280 : 1024),
                Dropout = Dropout,
                Norm = new(1e-3, 0.01),
                Squeeze = static (channels, inside) =>
                    new SqueezeExcitation(channels) { SqueezeChannels = inside, Bias = true, Gate = GateFunction.HardSigmoid, Pointwise = true },
            },
            options);
    }
}
