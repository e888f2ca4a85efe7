namespace Fovea.Attention;

/// <summary>Runs attentions for mechanisms, publishes what they looked at where a recorder is open (the output is the same either way), and gives way to a <see cref="RelationIntervention"/>.</summary>
internal static class Relations
{
    /// <summary>Attention of three operands.</summary>
    /// <param name="owner">The module that the map is published for.</param>
    /// <param name="q">Queries, in the layout of the options.</param>
    /// <param name="k">Keys.</param>
    /// <param name="v">Values.</param>
    /// <param name="options">Layout, heads, scale, masks, dropout.</param>
    /// <param name="queries">How the queries lie.</param>
    /// <param name="keys">How the keys lie.</param>
    /// <param name="name">The name of the map.</param>
    public static Tensor Attend(
        Module owner, Tensor q, Tensor k, Tensor v, ScaledDotProductOptions options, RelationGrid queries, RelationGrid keys, string name = "relation")
    {
        (Tensor output, Tensor statistics) = q.ScaledDotProductAttentionWithStatistics(k, v, options);
        if (AttentionRecorder.IsActive)
        {
            Publish(owner, name, AttentionGeometry.Of(options.Layout, options.Heads, q.Shape, k.Shape, v.Shape), (q, k, v), options, queries, keys, statistics, output);
        }

        return RelationIntervention.Of(owner) is { } change ? change.Apply(output, v, options.Layout, options.Heads) : output;
    }

    /// <summary>Attention of a tensor that holds queries, keys and values beside each other, [B, N, 3·heads·D].</summary>
    /// <inheritdoc cref="Attend(Module, Tensor, Tensor, Tensor, ScaledDotProductOptions, RelationGrid, RelationGrid, string)"/>
    public static Tensor AttendPacked(Module owner, Tensor qkv, ScaledDotProductOptions options, RelationGrid grid, string name = "relation")
    {
        (Tensor output, Tensor statistics) = qkv.PackedAttentionWithStatistics(options);
        if (AttentionRecorder.IsActive)
        {
            Publish(owner, name, AttentionGeometry.OfPacked(options.Heads, qkv.Shape), (qkv, qkv, qkv), options, grid, grid, statistics, output);
        }

        int features = output.Shape[2];
        return RelationIntervention.Of(owner) is { } change
            ? change.Apply(output, qkv.Narrow(2, 2 * features, features), AttentionLayout.Tokens, options.Heads)
            : output;
    }

    private static void Publish(
        Module owner, string name, AttentionGeometry geometry, (Tensor Q, Tensor K, Tensor V) from, ScaledDotProductOptions options, RelationGrid queries,
        RelationGrid keys, Tensor statistics, Tensor output)
    {
        Tensor held = AttentionRecorder.Share(from.Q);
        Tensor Held(Tensor operand) => ReferenceEquals(operand, from.Q) ? held : AttentionRecorder.Share(operand);
        AttentionRecorder.Publish(owner, new SoftmaxRelation(name)
        {
            Batch = geometry.Batch,
            Heads = geometry.Heads,
            Queries = queries,
            Keys = keys,
            Geometry = geometry,
            Operands = (held, Held(from.K)),
            Values = Held(from.V),
            Weighed = output,
            Statistics = AttentionRecorder.Share(statistics),
            Scale = options.Scale ?? 1 / Math.Sqrt(geometry.Depth),
            Causal = options.Causal,
            Mask = options.Mask is null ? null : AttentionRecorder.Share(options.Mask),
            KeyMask = options.KeyMask is null ? null : AttentionRecorder.Share(options.KeyMask),
        });
    }
}
