using Fovea.Simd.Attention;

namespace Fovea;

/// <summary>The sizes of an attention and the places of its operands, read from shapes; every refusal of a shape happens here.</summary>
internal readonly record struct AttentionGeometry(
    int Batch, int Heads, int Queries, int Keys, int Depth, int ValueDepth, AttentionPlace Q, AttentionPlace K, AttentionPlace V, AttentionPlace Y, Shape Output)
{
    private const string Name = "scaled_dot_product_attention";

    /// <summary>Reads three operands.</summary>
    public static AttentionGeometry Of(AttentionLayout layout, int heads, Shape q, Shape k, Shape v)
    {
        int least = layout == AttentionLayout.Heads ? 2 : 3;
        if (q.Rank < least || k.Rank < least || v.Rank < least || (layout == AttentionLayout.Tokens && (q.Rank > 3 || k.Rank > 3 || v.Rank > 3)))
        {
            throw Refuse($"operands {Pattern(layout)}", q, k, v);
        }

        return layout switch
        {
            AttentionLayout.Heads => OfHeads(q, k, v),
            AttentionLayout.Tokens => OfTokens(heads, q, k, v),
            _ => OfMaps(heads, q, k, v),
        };
    }

    /// <summary>Reads one operand <c>[batch, positions, 3 · heads · features]</c> that holds queries, keys and values beside each other.</summary>
    public static AttentionGeometry OfPacked(int heads, Shape qkv)
    {
        if (qkv.Rank != 3 || qkv[2] % (3 * heads) != 0)
        {
            throw new ShapeException(Name, $"[batch, positions, 3·{heads}·features]", qkv.ToString(), "queries, keys and values lie beside each other");
        }

        int features = qkv[2] / 3;
        int d = features / heads;
        int n = qkv[1];
        return new AttentionGeometry(
            qkv[0], heads, n, n, d, d, AttentionPlace.Tokens(n, d, qkv[2]), AttentionPlace.Tokens(n, d, qkv[2], features),
            AttentionPlace.Tokens(n, d, qkv[2], 2 * features), AttentionPlace.Tokens(n, d, features), [qkv[0], n, features]);
    }

    /// <summary>The strides of a mask that broadcasts to [batch, heads, queries, keys].</summary>
    public MaskStrides Strides(Shape mask)
    {
        Span<int> strides = stackalloc int[4];
        int step = 1;
        for (int axis = 1; axis <= mask.Rank; axis++)
        {
            strides[^axis] = mask[-axis] == 1 ? 0 : step;
            step *= mask[-axis];
        }

        return new MaskStrides(strides[0], strides[1], strides[2], strides[3]);
    }

    /// <summary>Refuses a mask that does not broadcast.</summary>
    public void CheckMask(Shape mask)
    {
        ReadOnlySpan<int> full = [Batch, Heads, Queries, Keys];
        bool fits = mask.Rank <= 4;
        for (int axis = 1; fits && axis <= mask.Rank; axis++)
        {
            fits = mask[-axis] == 1 || mask[-axis] == full[^axis];
        }

        if (!fits)
        {
            throw new ShapeException(Name, $"a mask that broadcasts to [{Batch}, {Heads}, {Queries}, {Keys}] (batch, heads, queries, keys)", mask.ToString(),
                "aligned at the last axis, lengths must be equal or 1");
        }
    }

    private static AttentionGeometry OfHeads(Shape q, Shape k, Shape v)
    {
        bool fits = q.Rank == k.Rank && k.Rank == v.Rank && q[-1] == k[-1] && k[-2] == v[-2]
            && q.Lengths[..^2].SequenceEqual(k.Lengths[..^2]) && k.Lengths[..^2].SequenceEqual(v.Lengths[..^2]);
        if (!fits)
        {
            throw Refuse("queries […, Nq, D], keys […, Nk, D] and values […, Nk, Dv] with equal leading axes", q, k, v);
        }

        int heads = q.Rank >= 4 ? q[-3] : 1;
        int batch = q.Product(0, q.Rank >= 4 ? q.Rank - 3 : q.Rank - 2);
        return new AttentionGeometry(
            batch, heads, q[-2], k[-2], q[-1], v[-1], AttentionPlace.Heads(heads, q[-2], q[-1]), AttentionPlace.Heads(heads, k[-2], k[-1]),
            AttentionPlace.Heads(heads, v[-2], v[-1]), AttentionPlace.Heads(heads, q[-2], v[-1]), q.With(-1, v[-1]));
    }

    private static AttentionGeometry OfTokens(int heads, Shape q, Shape k, Shape v)
    {
        if (q[0] != k[0] || k[0] != v[0] || q[2] != k[2] || k[1] != v[1] || q[2] % heads != 0 || v[2] % heads != 0)
        {
            throw Refuse($"queries [B, Nq, {heads}·D], keys [B, Nk, {heads}·D] and values [B, Nk, {heads}·Dv]", q, k, v);
        }

        (int d, int dv) = (q[2] / heads, v[2] / heads);
        return new AttentionGeometry(
            q[0], heads, q[1], k[1], d, dv, AttentionPlace.Tokens(q[1], d, q[2]), AttentionPlace.Tokens(k[1], d, k[2]),
            AttentionPlace.Tokens(v[1], dv, v[2]), AttentionPlace.Tokens(q[1], dv, v[2]), q.With(2, v[2]));
    }

    private static AttentionGeometry OfMaps(int heads, Shape q, Shape k, Shape v)
    {
        bool fits = q[0] == k[0] && k[0] == v[0] && q[1] == k[1] && k.Lengths[2..].SequenceEqual(v.Lengths[2..])
            && q[1] % heads == 0 && v[1] % heads == 0;
        if (!fits)
        {
            throw Refuse($"queries [B, {heads}·D, …], keys [B, {heads}·D, …] and values [B, {heads}·Dv, …] with the keys' positions", q, k, v);
        }

        (int d, int dv) = (q[1] / heads, v[1] / heads);
        (int queries, int keys) = (q.Product(2, q.Rank), k.Product(2, k.Rank));
        return new AttentionGeometry(
            q[0], heads, queries, keys, d, dv, AttentionPlace.Maps(heads, queries, d), AttentionPlace.Maps(heads, keys, d),
            AttentionPlace.Maps(heads, keys, dv), AttentionPlace.Maps(heads, queries, dv), q.With(1, v[1]));
    }

    private static string Pattern(AttentionLayout layout) => layout switch
    {
        AttentionLayout.Heads => "[…, positions, features]",
        AttentionLayout.Tokens => "[batch, positions, heads·features]",
        _ => "[batch, heads·features, …]",
    };

    private static ShapeException Refuse(string expected, Shape q, Shape k, Shape v) => new(Name, expected, $"{q}, {k} and {v}");
}
