using System.Globalization;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// What ConvNeXt and Swin share: <c>features</c> of a stem that takes patches of 4×4 and of stages with a step between them that halves the map. The blocks of
/// the stage n, counted from 1, are <c>features.{2n − 1}.i</c>; attention behind a stage is <c>features.attention{n}</c>.
/// </summary>
internal static class HierarchicalStages
{
    private const int Patch = 4;

    /// <summary>Makes the parts and hands out the mechanisms of their places: <c>features.1.0</c>, …, <c>stage1</c>, …</summary>
    /// <param name="subject">What errors call the network.</param>
    /// <param name="options">Image size and attention.</param>
    /// <param name="widths">Channels of each stage.</param>
    /// <param name="depths">Blocks of each stage.</param>
    /// <param name="stem">The first part.</param>
    /// <param name="block">Makes a block of a stage, counted from 1, by its number in it and the mechanism of its slot.</param>
    /// <param name="step">Makes the step from one number of channels to the next.</param>
    /// <param name="roundsUp">Whether a step keeps the last row and column of an odd size.</param>
    /// <exception cref="OptionException">The attention does not fit.</exception>
    public static Sequential Build(
        string subject, ModelOptions options, IReadOnlyList<int> widths, IReadOnlyList<int> depths, Module stem, Func<int, int, Module?, Module> block,
        Func<int, int, Module> step, bool roundsUp)
    {
        var slots = new AttentionSlots(options.Attention);
        var places = new List<string>();
        var features = new List<(string Name, Module Module)> { ("0", stem) };

        // Pictures that the patches do not divide lose their border.
        var size = new Size2(options.ImageSize.Height / Patch, options.ImageSize.Width / Patch);
        for (int stage = 1; stage <= widths.Count; stage++)
        {
            var slot = new SlotShape(widths[stage - 1], size);
            var blocks = new List<Module>();
            for (int i = 0; i < depths[stage - 1]; i++)
            {
                places.Add(Text($"features.{(2 * stage) - 1}.{i}"));
                blocks.Add(block(stage, i, slots.ForBlock(places[^1], slot)));
            }

            bool isLast = stage == widths.Count;
            features.Add((Text($"{(2 * stage) - 1}"), new Sequential([.. blocks])));
            places.Add(Text($"stage{stage}"));
            if (slots.ForStage(places[^1], slot, isLast) is { } between)
            {
                features.Add((Text($"attention{stage}"), between));
            }

            if (!isLast)
            {
                features.Add((Text($"{2 * stage}"), step(widths[stage - 1], widths[stage])));
                size = roundsUp ? size.Over(2) : new(size.Height / 2, size.Width / 2);
            }
        }

        slots.CheckAllUsed(subject, places);
        return new Sequential(features);
    }

    /// <summary>Draws what both start from: weights of convolutions and linear layers from the normal distribution with 0.02, cut at two deviations.</summary>
    public static void Draw(Module model, Generator generator)
    {
        foreach ((string name, Module part) in model.NamedModules())
        {
            // Parts of mechanisms keep their own initialisation.
            (Tensor? weight, Tensor? bias) = name.Contains("attention", StringComparison.Ordinal) ? default : part switch
            {
                Conv2d conv => (conv.Weight, conv.Bias),
                Linear linear => (linear.Weight, linear.Bias),
                _ => default,
            };
            if (weight is not null)
            {
                Initialization.TruncatedNormal(weight, 0.02, generator.Fork(name));
                bias?.Fill(0);
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
