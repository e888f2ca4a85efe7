namespace Fovea.Compilation;

/// <summary>
/// A constant for any batch: the same for all, or one that repeats a block of numbers along an axis as often as the batch says, such as
/// a class token for every image or zeros to start from.
/// </summary>
internal sealed class BatchConstant
{
    private readonly Tensor _values;
    private readonly int _axis;
    private readonly int _period;
    private readonly Shape _shape;
    private readonly string? _name;

    private BatchConstant(Tensor values, string? name, Shape shape, int axis, int period) =>
        (_values, _name, _shape, _axis, _period) = (values, name, shape, axis, period);

    /// <summary>A constant that does not depend on the batch.</summary>
    public static BatchConstant Of(Tensor constant, string? name, ConstantStore store) => new(store.Adopt(constant), name, constant.Shape, -1, 0);

    /// <summary>The constant that is one value of traces with different batches; null when it is neither the same nor repeated.</summary>
    public static BatchConstant? Match(int[] batches, Tensor[] seen, string? name, ConstantStore store)
    {
        Tensor first = seen[0];
        if (Array.TrueForAll(seen, t => t.Spec == first.Spec))
        {
            return Array.TrueForAll(seen, t => t.Storage == first.Storage || t.AsBytes().SequenceEqual(first.AsBytes()))
                ? Of(first, name, store)
                : null;
        }

        if (Array.Exists(seen, t => t.DType != first.DType || t.Rank != first.Rank))
        {
            return null;
        }

        int[] axes = [.. Enumerable.Range(0, first.Rank).Where(a => Array.Exists(seen, t => t.Shape[a] != first.Shape[a]))];
        if (axes is not [int axis]
            || BatchLine.Through(batches, Array.ConvertAll(seen, t => (double)t.Shape[axis])) is not { Offset: 0 } length)
        {
            return null;
        }

        int period = (int)length.Factor;
        Tensor longest = seen.MaxBy(t => t.Shape[axis])!;
        (int outer, _, int inner) = longest.Shape.Around(axis);
        var spec = new TensorSpec([outer, 1, period, inner], first.DType);
        Tensor block = store.Make(spec);
        CopyBlocks(longest, axis, block);
        return Array.TrueForAll(seen, t => Repeats(t, axis, block)) ? new BatchConstant(block, null, first.Shape, axis, period) : null;
    }

    /// <summary>Puts the constant for a batch into a program.</summary>
    public Value Add(Program program, int batch)
    {
        var values = new Value(_values.Spec) { Constant = _values, Name = _name };
        if (_axis < 0)
        {
            return values;
        }

        Shape repeated = _values.Shape.With(1, batch);
        var many = new Value(_values.Spec with { Shape = repeated });
        var shaped = new Value(_values.Spec with { Shape = _shape.With(_axis, _period * batch) });
        program.Add(new Step(new ExpandOp(repeated), string.Empty, [values], [many]));
        program.Add(new Step(new ReshapeOp(shaped.Spec.Shape), string.Empty, [many], [shaped]));
        return shaped;
    }

    // The first block of each stretch along the axis.
    private static void CopyBlocks(Tensor from, int axis, Tensor block)
    {
        int stretch = from.AsBytes().Length / Math.Max(1, block.Shape[0]);
        int length = block.AsBytes().Length / Math.Max(1, block.Shape[0]);
        for (int o = 0; o < block.Shape[0] && from.Shape[axis] > 0; o++)
        {
            from.AsBytes().Slice(o * stretch, length).CopyTo(block.AsBytes()[(o * length)..]);
        }
    }

    private static bool Repeats(Tensor tensor, int axis, Tensor block)
    {
        Span<byte> bytes = tensor.AsBytes();
        int outer = block.Shape[0];
        int length = outer == 0 ? 0 : block.AsBytes().Length / outer;
        int times = tensor.Shape[axis] / block.Shape[2];
        for (int i = 0; length > 0 && i < outer * times; i++)
        {
            if (!bytes.Slice(i * length, length).SequenceEqual(block.AsBytes().Slice(i / times * length, length)))
            {
                return false;
            }
        }

        return true;
    }
}
