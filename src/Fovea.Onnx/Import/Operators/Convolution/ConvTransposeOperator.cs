namespace Fovea.Onnx.Import;

/// <summary>ConvTranspose over one, two or three axes.</summary>
internal static class ConvTransposeOperator
{
    public static IEnumerable<Operator> All => [Operator.Of("ConvTranspose", [1, 11], ConvTranspose).WithWeights(1, 2)];

    private static Func<NodeInputs, Tensor> ConvTranspose(NodeSetup node)
    {
        var window = Window.Read(node);
        long groups = node.Attributes.Int("group", 1);
        long[]? added = node.Attributes.Ints("output_padding");
        long[]? wanted = node.Attributes.Ints("output_shape");
        if (groups is < 1 or > int.MaxValue || added?.Any(n => n is < 0 or > 1 << 24) == true || wanted?.Any(n => n is < 1 or > 1 << 24) == true)
        {
            throw new NodeRefusal("its group, output_padding or output_shape is out of range");
        }

        return x => Run(x[0], x[1], x.Optional(2), window, (int)groups, added, wanted);
    }

    private static Tensor Run(Tensor x, Tensor weight, Tensor? bias, Window window, int groups, long[]? added, long[]? wanted)
    {
        int axes = x.Rank - 2;
        if (axes is < 1 or > 3 || weight.Rank != x.Rank)
        {
            throw new NodeRefusal($"transposed convolutions of {x.Shape} with {weight.Shape} are not known; expected 3 to 5 axes");
        }

        int[] s = window.Strides(axes), d = window.Dilations(axes), kernel = weight.Shape.Lengths[2..].ToArray();
        int[] extra = added is null ? new int[axes] : Fitting(added, axes, "output_padding");
        (int Before, int After)[] cut = wanted is not null || window.IsAutomatic
            ? Cut(x.Shape, kernel, s, d, extra, wanted is null ? null : Fitting(wanted[Math.Max(0, wanted.Length - axes)..], axes, "output_shape"), window.IsUpper)
            : window.Padding(axes);
        if (axes == 3)
        {
            return Finish(Deep(x, weight, s, d, groups), bias, cut, extra);
        }

        Tensor rows = axes == 1 ? x.Unsqueeze(2) : x;
        Tensor kernels = axes == 1 ? weight.Unsqueeze(2) : weight;
        (Size2 stride, Size2 dilation) = axes == 1 ? ((1, s[0]), (1, d[0])) : ((Size2)(s[0], s[1]), (Size2)(d[0], d[1]));
        if (Surroundings.IsSymmetric(cut) && !extra.Where((e, i) => e >= s[i]).Any() && !cut.Any(c => c.Before < 0))
        {
            (Size2 padding, Size2 more) = axes == 1 ? ((0, cut[0].Before), (0, extra[0])) : ((Size2)(cut[0].Before, cut[1].Before), (Size2)(extra[0], extra[1]));
            return Flat(rows.ConvTranspose2d(kernels, bias, stride, padding, more, dilation, groups), axes);
        }

        return Finish(Flat(rows.ConvTranspose2d(kernels, null, stride, default, default, dilation, groups), axes), bias, cut, extra);
    }

    // All of it cut or added to, side by side; the bias reaches what is added as well.
    private static Tensor Finish(Tensor whole, Tensor? bias, (int Before, int After)[] cut, int[] extra)
    {
        Tensor y = Surroundings.Around(whole, [.. cut.Select((c, i) => (-c.Before, extra[i] - c.After))]);
        return bias is null ? y : y + bias.Reshape([bias.Elements, .. Enumerable.Repeat(1, cut.Length)]);
    }

    /// <summary>Over three axes, uncut: every tap along depth gives planes of its own, which are set apart along depth by the stride and added up.</summary>
    private static Tensor Deep(Tensor x, Tensor weight, int[] s, int[] d, int groups)
    {
        (Shape from, Shape w) = (x.Shape, weight.Shape);
        Tensor planes = x.Permute(0, 2, 1, 3, 4).Reshape(from[0] * from[2], from[1], from[3], from[4]);
        Tensor? sum = null;
        for (int tap = 0; tap < w[2]; tap++)
        {
            Tensor flat = planes.ConvTranspose2d(
                weight.Narrow(2, tap, 1).Reshape(w[0], w[1], w[3], w[4]), null, (s[1], s[2]), default, default, (d[1], d[2]), groups);
            Tensor deep = flat.Reshape(from[0], from[2], flat.Shape[1], flat.Shape[2], flat.Shape[3]).Permute(0, 2, 1, 3, 4);
            Tensor placed = Surroundings.Around(Apart(deep, s[0]), [(tap * d[0], (w[2] - 1 - tap) * d[0]), (0, 0), (0, 0)]);
            sum = sum is null ? placed : sum + placed;
        }

        return sum ?? throw new OnnxException($"expected a weight with at least one tap, got {w}");
    }

    /// <summary>Zeros between neighbours along depth.</summary>
    private static Tensor Apart(Tensor y, int step)
    {
        if (step == 1)
        {
            return y;
        }

        Shape s = y.Shape;
        Tensor added = Surroundings.Around(y.Reshape(s[0], s[1], s[2], 1, s[3] * s[4]), [(0, step - 1), (0, 0)]);
        return added.Reshape(s[0], s[1], s[2] * step, s[3], s[4]).Narrow(2, 0, ((s[2] - 1) * step) + 1);
    }

    private static Tensor Flat(Tensor y, int axes) => axes == 1 ? y.Reshape(y.Shape[0], y.Shape[1], y.Shape[3]) : y;

    /// <summary>What is cut off on each side so that the output has the lengths that are wanted, or the input's times the stride.</summary>
    private static (int Before, int After)[] Cut(Shape x, int[] kernel, int[] s, int[] d, int[] extra, int[]? wanted, bool upper)
    {
        var cut = new (int, int)[kernel.Length];
        for (int i = 0; i < cut.Length; i++)
        {
            long output = wanted?[i] ?? (long)x[2 + i] * s[i];
            int all = Whole.ToInt(((x[2 + i] - 1L) * s[i]) + extra[i] + ((kernel[i] - 1L) * d[i]) + 1 - output);

            // A longer output than there is gets zeros at its end.
            int less = Math.Max(0, all) / 2;
            int before = upper ? less : Math.Max(0, all) - less;
            cut[i] = (before, all - before);
        }

        return cut;
    }

    private static int[] Fitting(long[] numbers, int axes, string name) => numbers.Length == axes
        ? Array.ConvertAll(numbers, n => (int)n)
        : throw new OnnxException($"expected {axes} numbers of {name}, got [{string.Join(", ", numbers)}]");
}
