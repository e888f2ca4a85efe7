namespace Fovea;

/// <summary>From the options of a call to the op and its inputs.</summary>
internal static class AttentionCall
{
    private const string Name = "scaled_dot_product_attention";

    public static (Tensor Output, Tensor Statistics) Run(ScaledDotProductOptions? options, bool packed, params ReadOnlySpan<Tensor> operands)
    {
        options ??= new ScaledDotProductOptions();
        Check(options, packed);
        var attributes = new AttentionAttributes(
            packed ? AttentionLayout.Tokens : options.Layout, options.Heads, options.Scale, options.Causal, options.Dropout,
            options.Dropout > 0 ? options.Generator!.NextUInt64() : 0, packed, options.Mask is not null, options.KeyMask is not null);
        List<Tensor> inputs = [.. operands];
        if (options.Mask is not null)
        {
            inputs.Add(options.Mask);
        }

        if (options.KeyMask is not null)
        {
            inputs.Add(options.KeyMask);
        }

        Tensor[] outputs = Op.RunAll(new ScaledDotProductAttentionOp(attributes), [.. inputs]);
        return (outputs[0], outputs[1]);
    }

    private static void Check(ScaledDotProductOptions options, bool packed)
    {
        if (options.Heads < 1)
        {
            throw new OptionException(Name, $"heads: expected at least 1, got {options.Heads}.");
        }

        if (!packed && options.Layout == AttentionLayout.Heads && options.Heads != 1)
        {
            throw new OptionException(Name, $"heads: the layout Heads has an axis for them; leave it at 1, got {options.Heads}.");
        }

        if (options.Scale is { } scale && !double.IsFinite(scale))
        {
            throw new OptionException(Name, $"scale: expected a finite number, got {scale}.");
        }

        DropoutChecks.Probability(Name, options.Dropout);
        if (options.Dropout > 0 && options.Generator is null)
        {
            throw new OptionException(Name, "dropout: needs a generator to draw from; set Generator, or Dropout to 0.");
        }

        if (options.Mask is { RequiresGrad: true })
        {
            throw new OptionException(Name, "mask: no gradient flows to it; pass mask.Detach().");
        }
    }
}
