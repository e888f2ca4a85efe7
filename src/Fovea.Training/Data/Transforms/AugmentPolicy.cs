using System.Globalization;
using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>
/// Random image operations: RandAugment (Cubuk et al., 2020) draws <see cref="Operations"/> of fourteen and applies them with one strength;
/// TrivialAugment (Müller and Hutter, 2021) draws one and its strength. The operations and their ranges are torchvision's; geometry is
/// interpolated bilinearly, where torchvision takes the nearest pixel.
/// </summary>
public sealed record AugmentPolicy
{
    /// <summary>RandAugment as torchvision has it: two operations of strength 9 of 30.</summary>
    public static AugmentPolicy RandAugment { get; } = new();

    /// <summary>TrivialAugment, wide: one operation of any strength, with wider ranges.</summary>
    public static AugmentPolicy TrivialAugment { get; } = new() { Operations = 1, Magnitude = null };

    /// <summary>Operations on each picture (0 to 14, default 2).</summary>
    public int Operations { get; init; } = 2;

    /// <summary>The strength, 0 to 30 (default 9); null draws one for each operation, from TrivialAugment's wider ranges.</summary>
    public double? Magnitude { get; init; } = 9;

    /// <summary>
    /// Reads a policy's name: <c>none</c>, <c>rand</c> (or <c>randaugment</c>), <c>rand-n2-m9</c> with numbers of one's own,
    /// <c>trivial</c> (or <c>trivialaugment</c>).
    /// </summary>
    /// <returns>The policy; null for none.</returns>
    /// <exception cref="OptionException">There is no such policy.</exception>
    public static AugmentPolicy? Parse(string? name)
    {
        string[] parts = (name ?? "none").Trim().ToLowerInvariant().Split('-');
        switch (parts[0])
        {
            case "none" or "" when parts.Length == 1:
                return null;
            case "trivial" or "trivialaugment" when parts.Length == 1:
                return TrivialAugment;
            case "rand" or "randaugment":
                AugmentPolicy policy = RandAugment;
                foreach (string part in parts.AsSpan(1))
                {
                    policy = (part.Length > 1 ? part[0] : ' ', Number(part)) switch
                    {
                        ('n', >= 0 and <= 14 and double count) when count == (int)count => policy with { Operations = (int)count },
                        ('m', >= 0 and <= 30 and double strength) => policy with { Magnitude = strength },
                        _ => throw Unknown(name),
                    };
                }

                return policy;
            default:
                throw Unknown(name);
        }
    }

    /// <summary>Draws operations and applies them.</summary>
    /// <param name="image">The picture; it is only read.</param>
    /// <param name="random">Where the numbers come from.</param>
    /// <returns>The picture itself when nothing was done to it, else a new one.</returns>
    public Image Apply(Image image, Generator random) => Apply(image, null, random).Image;

    /// <summary>Draws operations and applies them to a picture and its mask: what moves pixels moves both.</summary>
    internal (Image Image, Image? Mask) Apply(Image image, Image? mask, Generator random)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(random);
        for (int i = 0; i < Operations; i++)
        {
            var operation = (AugmentOperation)random.Next((int)AugmentOperation.Count);
            double strength = Magnitude is { } fixedStrength ? fixedStrength / 30 : random.Next(31) / 30.0;
            bool negative = random.Next(2) == 1;
            mask = mask is null ? null : AugmentOperations.ApplyToMask(mask, operation, strength, negative, wide: Magnitude is null);
            image = AugmentOperations.Apply(image, operation, strength, negative, wide: Magnitude is null);
        }

        return (image, mask);
    }

    private static double? Number(string part) =>
        double.TryParse(part.AsSpan(Math.Min(1, part.Length)), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            ? number
            : null;

    private static OptionException Unknown(string? name) =>
        new("auto-augment", $"expected none, rand, rand-n2-m9 (n 0 to 14, m 0 to 30) or trivial, got {name}.");
}
