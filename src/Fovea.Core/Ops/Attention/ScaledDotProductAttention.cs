using Fovea.Simd.Attention;
using Kernel = Fovea.Simd.Attention.ScaledDotProductAttention;

namespace Fovea;

/// <summary>What the op is asked for beside its tensors.</summary>
internal readonly record struct AttentionAttributes(
    AttentionLayout Layout, int Heads, double? Scale, bool Causal = false, double Dropout = 0, ulong Seed = 0, bool Packed = false, bool HasMask = false,
    bool HasKeyMask = false);

/// <summary>
/// Inputs: q, k, v (or one tensor of all three), then the mask and the key mask that the attributes announce. Outputs: the result, and
/// [2, batch, heads, queries] with what was subtracted from each row of logits and 1 over its sum, from which any row of the relation
/// can be computed again.
/// </summary>
internal sealed class ScaledDotProductAttentionOp(AttentionAttributes attributes) : FloatOp, ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples => AttentionSamples.All;

    public override string Name => "scaled_dot_product_attention";

    public override OpAttributes Attributes => new()
    {
        { "layout", (int)attributes.Layout },
        { "heads", attributes.Heads },
        { "scale", attributes.Scale },
        { "causal", attributes.Causal },
        { "dropout", attributes.Dropout },
        { "seed", attributes.Seed },
        { "packed", attributes.Packed },
        { "has_mask", attributes.HasMask },
        { "has_key_mask", attributes.HasKeyMask },
    };

    public AttentionAttributes Rules => attributes;

    // The mask may be boolean or of the operands' type: checked below.
    protected override int AlikeInputs => Operands;

    private int Operands => attributes.Packed ? 1 : 3;

    private int Key => attributes.Packed ? 0 : 1;

    private int Value => attributes.Packed ? 0 : 2;

    private int KeyMask => Operands + (attributes.HasMask ? 1 : 0);

    public override bool IsOutputDifferentiable(int output) => output == 0;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        AttentionGeometry g = Geometry(inputs[0].Shape, inputs[Key].Shape, inputs[Value].Shape);
        long pairs = (long)g.Batch * g.Heads;
        long logits = pairs * (attributes.Causal ? Enumerable.Range(1, g.Queries).Sum(i => (long)Math.Min(i, g.Keys)) : (long)g.Queries * g.Keys);
        return new OpCost(logits * (g.Depth + g.ValueDepth), logits * 11) { RelationElements = pairs * g.Queries * g.Keys };
    }

    public Tensor[] Decompose(params Tensor[] inputs) => [AttentionDecomposition.Of(attributes, inputs)];

    protected override Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs)
    {
        AttentionGeometry g = Geometry(inputs[0].Shape, inputs[Key].Shape, inputs[Value].Shape);
        if (attributes.HasMask)
        {
            TensorSpec mask = inputs[Operands];
            if (mask.DType != DType.Bool && mask.DType != inputs[0].DType)
            {
                throw new DTypeException(Name, $"a mask of Bool (true = may attend) or of {inputs[0].DType}", mask.DType.ToString());
            }

            g.CheckMask(mask.Shape);
        }

        if (attributes.HasKeyMask)
        {
            TensorSpec mask = inputs[KeyMask];
            if (mask.DType != DType.Bool)
            {
                throw new DTypeException(Name, "a key mask of Bool (true = may be attended to)", mask.DType.ToString());
            }

            if (mask.Shape != [g.Batch, g.Keys])
            {
                throw new ShapeException(Name, $"a key mask [{g.Batch}, {g.Keys}] (batch, keys)", mask.Shape.ToString());
            }
        }

        return [g.Output, [2, g.Batch, g.Heads, g.Queries]];
    }

    protected override void Forward<T>(ForwardContext c)
    {
        AttentionGeometry g = c.Once(this, static (op, c) => op.Geometry(c.InputSpec(0).Shape, c.InputSpec(op.Key).Shape, c.InputSpec(op.Value).Shape));
        bool isBoolean = attributes.HasMask && c.InputSpec(Operands).DType == DType.Bool;
        AttentionMask<T> mask = Mask(
            g,
            attributes.HasMask ? c.InputSpec(Operands).Shape : Shape.Scalar,
            isBoolean ? c.In<bool>(Operands) : default,
            attributes.HasMask && !isBoolean ? c.In<T>(Operands) : default,
            attributes.HasKeyMask ? c.In<bool>(KeyMask) : default);
        Span<T> statistics = c.Out<T>(1);
        int rows = statistics.Length / 2;
        Kernel.Forward(
            SizesOf(g), c.In<T>(0), g.Q, c.In<T>(Key), g.K, c.In<T>(Value), g.V, mask, c.Out<T>(), g.Y, statistics[..rows], statistics[rows..]);
        for (int i = 0; i < c.InputCount; i++)
        {
            c.SaveInput(i);
        }

        c.SaveOutput(0);
        c.SaveOutput(1);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        AttentionGeometry g = Geometry(c.InputSpec(0).Shape, c.InputSpec(Key).Shape, c.InputSpec(Value).Shape);
        bool isBoolean = attributes.HasMask && c.InputSpec(Operands).DType == DType.Bool;
        AttentionMask<T> mask = Mask(
            g,
            attributes.HasMask ? c.InputSpec(Operands).Shape : Shape.Scalar,
            isBoolean ? c.In<bool>(Operands) : default,
            attributes.HasMask && !isBoolean ? c.In<T>(Operands) : default,
            attributes.HasKeyMask ? c.In<bool>(KeyMask) : default);
        ReadOnlySpan<T> statistics = c.Out<T>(1);
        int rows = statistics.Length / 2;
        Kernel.Backward(
            SizesOf(g), c.In<T>(0), g.Q, c.In<T>(Key), g.K, c.In<T>(Value), g.V, mask, c.Out<T>(), g.Y, statistics[..rows], statistics[rows..],
            c.GradOut<T>(), GradIn<T>(c, 0), GradIn<T>(c, Key), GradIn<T>(c, Value));
        if (g.Keys == 1)
        {
            ClearLogits<T>(c, g);
        }
    }

    /// <summary>A softmax over one key is 1 whatever the logit; what the kernel leaves of the gradient of queries and keys is rounding.</summary>
    private void ClearLogits<T>(BackwardContext c, in AttentionGeometry g)
        where T : unmanaged
    {
        if (!attributes.Packed)
        {
            GradIn<T>(c, 0).Clear();
            GradIn<T>(c, Key).Clear();
            return;
        }

        Span<T> packed = GradIn<T>(c, 0);
        int third = g.Heads * g.Depth;
        for (int row = 0; row < packed.Length; row += 3 * third)
        {
            packed.Slice(row, 2 * third).Clear();
        }
    }

    private static Span<T> GradIn<T>(BackwardContext c, int i)
        where T : unmanaged => c.Needs(i) ? c.GradIn<T>(i) : default;

    private static AttentionMask<T> Mask<T>(
        in AttentionGeometry g, Shape shape, ReadOnlySpan<bool> allowed, ReadOnlySpan<T> bias, ReadOnlySpan<bool> keyAllowed)
        where T : unmanaged
    {
        MaskStrides strides = g.Strides(shape);
        return new() { Allowed = allowed, AllowedStrides = strides, Bias = bias, BiasStrides = strides, KeyAllowed = keyAllowed };
    }

    private AttentionShape SizesOf(in AttentionGeometry g) => new(
        g.Batch, g.Heads, g.Queries, g.Keys, g.Depth, g.ValueDepth, attributes.Scale ?? 1 / Math.Sqrt(g.Depth), attributes.Causal, attributes.Dropout,
        attributes.Seed);

    private AttentionGeometry Geometry(Shape q, Shape k, Shape v) => attributes.Packed
        ? AttentionGeometry.OfPacked(attributes.Heads, q)
        : AttentionGeometry.Of(attributes.Layout, attributes.Heads, q, k, v);
}

/// <summary>Attention without its matrix.</summary>
public static class ScaledDotProductAttentionExtensions
{
    extension(Tensor query)
    {
        /// <summary>
        /// Scaled dot-product attention: <c>softmax(scale · q kᵀ + mask) v</c>, softmax over the keys. Shapes, by layout: q
        /// <c>[…, Nq, D]</c>, k <c>[…, Nk, D]</c>, v <c>[…, Nk, Dv]</c> → <c>[…, Nq, Dv]</c>; or <c>[B, N, heads·D]</c>; or
        /// <c>[B, heads·D, …]</c>. Memory grows with the positions, forward and backward: no [Nq, Nk] is ever made. A query that may attend
        /// to nothing gives zeros and zero gradients. Source: Vaswani et al., 2017; tiled as by Dao et al., 2022.
        /// </summary>
        /// <param name="key">What the queries are compared with.</param>
        /// <param name="value">What is averaged.</param>
        /// <param name="options">Layout, heads, scale, masks, dropout; null for none of them.</param>
        /// <exception cref="ShapeException">The operands or a mask do not fit one another.</exception>
        /// <exception cref="DTypeException">The operands differ in type, or a mask is of a type that it cannot be.</exception>
        /// <exception cref="OptionException">An option is out of its range.</exception>
        public Tensor ScaledDotProductAttention(Tensor key, Tensor value, ScaledDotProductOptions? options = null) =>
            AttentionCall.Run(options, packed: false, query, key, value).Output;

        /// <summary>
        /// As <c>ScaledDotProductAttention</c>, with the row statistics that make any entry
        /// of the relation computable: <c>[2, batch, heads, Nq]</c>, first the number m that was subtracted from each row of logits, then
        /// <c>1 / Σ e^(logit − m)</c> (0 for a query with nothing to attend to). No gradient flows through them.
        /// </summary>
        /// <param name="key">What the queries are compared with.</param>
        /// <param name="value">What is averaged.</param>
        /// <param name="options">Layout, heads, scale, masks, dropout; null for none of them.</param>
        public (Tensor Output, Tensor Statistics) ScaledDotProductAttentionWithStatistics(
            Tensor key, Tensor value, ScaledDotProductOptions? options = null) => AttentionCall.Run(options, packed: false, query, key, value);

        /// <summary>
        /// Scaled dot-product attention of a tensor with itself: <c>[B, N, 3·heads·D]</c>, queries, keys and values beside each other as one
        /// linear map gives them → <c>[B, N, heads·D]</c>. Nothing is split or copied.
        /// </summary>
        /// <param name="options">Heads, scale, masks, dropout; the layout is that of tokens.</param>
        /// <exception cref="ShapeException">The last axis is not 3 · heads · features, or a mask does not fit.</exception>
        public Tensor PackedAttention(ScaledDotProductOptions options) => AttentionCall.Run(options, packed: true, query).Output;

        /// <summary>As <c>PackedAttention</c>, with the row statistics.</summary>
        /// <param name="options">Heads, scale, masks, dropout; the layout is that of tokens.</param>
        public (Tensor Output, Tensor Statistics) PackedAttentionWithStatistics(ScaledDotProductOptions options) =>
            AttentionCall.Run(options, packed: true, query);
    }
}
