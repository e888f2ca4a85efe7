using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// Multi-head attention inside windows with a learnt bias for each distance: <c>y = softmax(q kᵀ / √d + B + mask) v</c>, joined by a linear map;
/// <c>B[i, j] = table[index[i, j]]</c>, where the index tells by how many rows and columns i and j lie apart.
/// <para>Shapes: <c>x [B·windows, w², C]</c>, optional mask <c>[windows, w², w²]</c> (0, or −100 between what must not meet) → as x. Parameters, as in
/// torchvision: <c>qkv</c>, <c>proj</c>, <c>relative_position_bias_table</c> [(2w − 1)², heads]; buffer <c>relative_position_index</c> [w⁴].</para>
/// <para>Source: Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", 2021.</para>
/// </summary>
internal sealed class WindowAttention : Module
{
    private const string Name = "window_attention";
    private const double TableDeviation = 0.02;
    private readonly int _channels;
    private readonly int _heads;
    private readonly int _places;
    private readonly Linear _qkv;
    private readonly Linear _projection;
    private readonly Tensor _table;
    private readonly Tensor _index;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">C, a multiple of the heads.</param>
    /// <param name="heads">Attentions beside each other.</param>
    /// <param name="window">Side of a window, w.</param>
    public WindowAttention(int channels, int heads, int window)
    {
        Channels.CheckDivisible(Name, "channels", channels, "heads", heads);
        (_channels, _heads, _places) = (channels, heads, window * window);
        int distances = (2 * window) - 1;
        _table = RegisterParameter("relative_position_bias_table", Tensor.Zeros([distances * distances, heads]));
        _index = RegisterBuffer("relative_position_index", Tensor.From(Index(window)));
        _qkv = Register("qkv", new Linear(channels, 3 * channels));
        _projection = Register("proj", new Linear(channels, channels));
        ResetUnlessDeferred();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Attend(x, null);

    /// <inheritdoc/>
    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length is 1 or 2
        ? Attend(inputs[0], inputs.Length > 1 ? inputs[1] : null)
        : throw new ShapeException(Name, "x, and optionally a mask", $"{inputs.Length} inputs");

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        Initialization.TruncatedNormal(_table, TableDeviation, generator);
    }

    private static long[] Index(int window)
    {
        int places = window * window, distances = (2 * window) - 1;
        long[] index = new long[places * places];
        for (int i = 0; i < places; i++)
        {
            for (int j = 0; j < places; j++)
            {
                (int rows, int columns) = ((i / window) - (j / window), (i % window) - (j % window));
                index[(i * places) + j] = ((rows + window - 1) * distances) + columns + window - 1;
            }
        }

        return index;
    }

    private Tensor Attend(Tensor x, Tensor? mask)
    {
        if (x.Rank != 3 || x.Shape[1] != _places || x.Shape[2] != _channels)
        {
            throw new ShapeException(Name, $"[B·windows, {_places}, {_channels}]", x.Shape.ToString());
        }

        Tensor qkv = _qkv.Call(x);
        Tensor scores = (Third(qkv, 0) * Math.Pow((double)_channels / _heads, -0.5)).MatMul(Third(qkv, 1), transposeB: true);
        Tensor bias = _table.IndexSelect(0, _index).Reshape(_places, _places, _heads).Permute(2, 0, 1);
        if (mask is null)
        {
            scores += bias;
        }
        else
        {
            int windows = mask.Shape[0];
            scores = scores.Reshape(-1, windows, _heads, _places, _places) + (bias + mask.Reshape(windows, 1, _places, _places));
            scores = scores.Reshape(-1, _heads, _places, _places);
        }

        Tensor y = scores.Softmax(-1).MatMul(Third(qkv, 2));
        return _projection.Call(y.Permute(0, 2, 1, 3).Reshape(-1, _places, _channels));
    }

    /// <summary>Queries, keys or values by heads: [B·windows, heads, w², d].</summary>
    private Tensor Third(Tensor qkv, int third) =>
        qkv.Narrow(2, third * _channels, _channels).Reshape(-1, _places, _heads, _channels / _heads).Permute(0, 2, 1, 3);
}
