namespace Fovea;

/// <summary>The cases on which the contract tests check attention.</summary>
internal static class AttentionSamples
{
    public static IEnumerable<OpSample> All =>
    [
        Of(new(AttentionLayout.Heads, 1, null), [3, 4], [5, 4], [5, 2]),
        Of(new(AttentionLayout.Heads, 1, 0.7), [2, 3, 4], [2, 5, 4], [2, 5, 6]),
        Of(new(AttentionLayout.Heads, 1, null), [2, 3, 17, 5], [2, 3, 17, 5], [2, 3, 17, 5]),
        Of(new(AttentionLayout.Heads, 1, null, Causal: true), [2, 2, 7, 3], [2, 2, 7, 3], [2, 2, 7, 3]),
        Of(new(AttentionLayout.Heads, 1, null, Causal: true), [6, 3], [4, 3], [4, 3]),
        Of(new(AttentionLayout.Heads, 1, 1), [1, 1], [1, 1], [1, 1]),
        Of(new(AttentionLayout.Heads, 1, null), [2, 0, 3], [2, 4, 3], [2, 4, 3]),
        Of(new(AttentionLayout.Heads, 1, null), [2, 3, 3], [2, 0, 3], [2, 0, 3]),
        Of(new(AttentionLayout.Tokens, 2, null), [2, 5, 6], [2, 4, 6], [2, 4, 8]),
        Of(new(AttentionLayout.Tokens, 3, null, Packed: true), [2, 7, 18]),
        Of(new(AttentionLayout.Tokens, 1, null, Causal: true, Packed: true), [1, 6, 9]),
        Of(new(AttentionLayout.Maps, 1, 1), [2, 2, 3, 5], [2, 2, 3, 5], [2, 7, 3, 5]),
        Of(new(AttentionLayout.Maps, 1, 1), [1, 3, 4, 3], [1, 3, 2, 1], [1, 4, 2, 1]),
        Of(new(AttentionLayout.Maps, 2, null), [2, 4, 9], [2, 4, 5], [2, 6, 5]),
        Of(new(AttentionLayout.Maps, 1, 0.3), [1, 2, 2, 3, 2], [1, 2, 2, 3, 2], [1, 2, 2, 3, 2]),
        Masked(new(AttentionLayout.Heads, 1, null), [4, 5], null, [2, 3, 4, 3], [2, 3, 5, 3], [2, 3, 5, 2]),
        Masked(new(AttentionLayout.Tokens, 2, null), [4, 5], null, [2, 4, 6], [2, 5, 6], [2, 5, 6]),
        Masked(new(AttentionLayout.Tokens, 2, null, Packed: true), [2, 1, 5, 5], [2, 5], [2, 5, 12]),
        Masked(new(AttentionLayout.Tokens, 2, null, Causal: true), null, [2, 5], [2, 4, 6], [2, 5, 6], [2, 5, 6]),
        Biased(new(AttentionLayout.Heads, 1, null, HasMask: true), [3, 4, 5], [2, 3, 4, 3], [2, 3, 5, 3], [2, 3, 5, 2]),
        Of(new(AttentionLayout.Heads, 1, null, Dropout: 0.4, Seed: 12345), [2, 2, 5, 3], [2, 2, 6, 3], [2, 2, 6, 4]),
        Of(new(AttentionLayout.Maps, 1, 1), [1, 8, 18, 18], [1, 8, 18, 18], [1, 40, 18, 18]),
        Of(new(AttentionLayout.Tokens, 3, null, Packed: true), [2, 197, 3 * 48]),
    ];

    private static OpSample Of(AttentionAttributes attributes, params Shape[] operands) => new(new ScaledDotProductAttentionOp(attributes), operands);

    private static OpSample Biased(AttentionAttributes attributes, Shape bias, params Shape[] operands) =>
        new(new ScaledDotProductAttentionOp(attributes), [.. operands, bias]) { Constants = [operands.Length] };

    /// <summary>Two thirds of the places may attend, among them none of row 0 of the dense mask.</summary>
    private static OpSample Masked(AttentionAttributes attributes, Shape? mask, Shape? keyMask, params Shape[] operands)
    {
        List<Shape> inputs = [.. operands];
        if (mask is { } dense)
        {
            inputs.Add(dense);
        }

        if (keyMask is { } keys)
        {
            inputs.Add(keys);
        }

        var op = new ScaledDotProductAttentionOp(attributes with { HasMask = mask is not null, HasKeyMask = keyMask is not null });
        return new(op, [.. inputs])
        {
            Make = (i, generator) =>
            {
                if (i < operands.Length)
                {
                    return null;
                }

                bool[] allowed = new bool[inputs[i].Elements];
                for (int n = 0; n < allowed.Length; n++)
                {
                    allowed[n] = generator.Next(3) > 0 && (inputs[i].Rank != 2 || i != operands.Length || keyMask is not null || n >= inputs[i][1]);
                }

                return Tensor.From(allowed, inputs[i]);
            },
        };
    }
}
