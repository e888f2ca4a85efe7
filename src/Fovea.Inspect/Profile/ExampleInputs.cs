using System.Globalization;
using System.Text.RegularExpressions;
using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>
/// Inputs to run a mechanism on when nobody brought any, made from the shapes on its card: maps as <c>[N, C, H, W]</c>, tokens as
/// <c>[N, H·W, C]</c>. The numbers are normal and the same every time.
/// </summary>
public static partial class ExampleInputs
{
    /// <summary>The place in a model that a shape stands for: C, H, W of maps; of tokens [N, L, D], D channels and L positions.</summary>
    /// <param name="card">The mechanism's card.</param>
    /// <param name="shape">Shape of the input, of 3 to 5 axes.</param>
    /// <exception cref="OptionException">The shape has fewer axes or more.</exception>
    public static SlotShape SlotOf(Card card, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(card);
        return shape.Rank switch
        {
            3 when TakesTokens(card) => new SlotShape(shape[2], shape[1], 1),
            3 => new SlotShape(shape[1], 1, shape[2]),
            4 => new SlotShape(shape[1], shape[2], shape[3]),
            5 => new SlotShape(shape[1], shape[3], shape[4]),
            _ => throw new OptionException(card.Key, $"shape: expected 3 to 5 axes such as 8,256,56,56, got {shape}."),
        };
    }

    /// <summary>Makes the inputs of one call.</summary>
    /// <param name="card">The mechanism's card.</param>
    /// <param name="batch">N, at least 1.</param>
    /// <param name="slot">C, H and W.</param>
    public static Tensor[] For(Card card, int batch, SlotShape slot) => For(card, new Shape([batch, slot.Channels, slot.Height, slot.Width]));

    /// <summary>Makes the inputs of one call; a map's shape given to a mechanism of tokens becomes as many tokens as it has positions.</summary>
    /// <param name="card">The mechanism's card.</param>
    /// <param name="shape">Shape of the first input.</param>
    /// <exception cref="OptionException">The shape has fewer than 3 axes, or more than 5.</exception>
    public static Tensor[] For(Card card, Shape shape)
    {
        SlotShape slot = SlotOf(card, shape);
        string[][] axes = Axes(card);
        var inputs = new Tensor[card.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = Make(axes.Length == 0 ? [] : axes[Math.Min(i, axes.Length - 1)], shape, slot, (ulong)i);
        }

        return inputs;
    }

    private static Tensor Make(string[] axes, Shape shape, SlotShape slot, ulong seed)
    {
        int positions = shape.Rank == 3 ? slot.Height * slot.Width : shape.Elements / (shape[0] * shape[1]);
        if (axes.Length == 2)
        {
            // A mask over the positions: all may attend.
            Tensor mask = Tensor.Zeros([shape[0], positions], DType.Bool);
            mask.AsBytes().Fill(1);
            return mask;
        }

        Shape made = AreTokens(axes) ? new Shape([shape[0], positions, slot.Channels]) : shape;
        if (axes.Length == 4 && int.TryParse(axes[1], NumberStyles.None, CultureInfo.InvariantCulture, out int channels))
        {
            made = made.With(1, channels);
        }

        Tensor x = Tensor.Empty(made);
        new Generator(seed).FillNormal(x.AsSpan<float>());
        return x;
    }

    private static bool TakesTokens(Card card) => Axes(card) is [var first, ..] && AreTokens(first);

    // [N, L, D] and its like; [N, C, L] is a map of one axis.
    private static bool AreTokens(string[] axes) => axes.Length == 3 && axes[1] != "C";

    private static string[][] Axes(Card card) =>
    [
        .. Bracket().Matches(card.Shapes.Split('→')[0]).Select(m => m.Groups["axes"].Value.Split(',', StringSplitOptions.TrimEntries)),
    ];

    [GeneratedRegex(@"\[(?<axes>[^\]]*)\]", RegexOptions.ExplicitCapture)]
    private static partial Regex Bracket();
}
