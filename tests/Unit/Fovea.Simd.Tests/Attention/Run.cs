using System.Numerics;
using Fovea.Simd.Attention;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Attention;

/// <summary>The ways in which operands may lie.</summary>
public enum Layout
{
    Heads,
    Tokens,
    Maps,
}

/// <summary>A mask of every kind.</summary>
internal sealed record Masks<T>(bool[] Allowed, MaskStrides AllowedStrides, bool[] KeyAllowed, T[] Bias, MaskStrides BiasStrides);

/// <summary>One run of the kernels in both directions.</summary>
internal sealed class Run<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AttentionShape _shape;
    private readonly T[] _q;
    private readonly T[] _k;
    private readonly T[] _v;
    private readonly T[] _dy;
    private readonly AttentionPlace _qAt;
    private readonly AttentionPlace _kAt;
    private readonly AttentionPlace _vAt;
    private readonly AttentionPlace _yAt;

    public Run(AttentionShape s, Layout layout, T[] q, T[] k, T[] v, Masks<T>? masks = null)
    {
        (_shape, _q, _k, _v) = (s, q, k, v);
        _dy = Samples.Normal<T>(s.Pairs * s.Queries * s.ValueDepth, 9);
        Y = new T[_dy.Length];
        (Dq, Dk, Dv) = (new T[q.Length], new T[k.Length], new T[v.Length]);
        Array.Fill(Y, T.NaN);
        Array.Fill(Dq, T.NaN);
        Array.Fill(Dk, T.NaN);
        Array.Fill(Dv, T.NaN);
        (_qAt, _kAt, _vAt, _yAt) = (
            Place(layout, s.Heads, s.Queries, s.Depth), Place(layout, s.Heads, s.Keys, s.Depth), Place(layout, s.Heads, s.Keys, s.ValueDepth),
            Place(layout, s.Heads, s.Queries, s.ValueDepth));
        AttentionMask<T> mask = masks is null ? default : new()
        {
            Allowed = masks.Allowed,
            AllowedStrides = masks.AllowedStrides,
            KeyAllowed = masks.KeyAllowed,
            Bias = masks.Bias,
            BiasStrides = masks.BiasStrides,
        };
        var max = new T[s.Pairs * s.Queries];
        var inverseSum = new T[max.Length];
        ScaledDotProductAttention.Forward(s, q, _qAt, k, _kAt, v, _vAt, mask, Y, _yAt, max, inverseSum);
        ScaledDotProductAttention.Backward(s, q, _qAt, k, _kAt, v, _vAt, mask, Y, _yAt, max, inverseSum, _dy, Dq, Dk, Dv);
    }

    public T[] Y { get; }

    public T[] Dq { get; }

    public T[] Dk { get; }

    public T[] Dv { get; }

    public PlainAttention Plain(Func<int, int, int, int, bool> allowed, Func<int, int, int, int, double> bias) =>
        new PlainAttention(_shape, Samples.ToDouble<T>(_q), _qAt, Samples.ToDouble<T>(_k), _kAt, Samples.ToDouble<T>(_v), _vAt)
        {
            Allowed = allowed,
            Bias = bias,
            Kept = Kept,
        }.Run(_yAt, Samples.ToDouble<T>(_dy));

    public void Compare(PlainAttention plain, double tolerance, string what)
    {
        Check.Close<T>(plain.Y, Y, tolerance, $"{what}: y");
        Check.Close<T>(plain.Dv, Dv, tolerance, $"{what}: dv");
        Check.Close<T>(plain.Dq, Dq, tolerance, $"{what}: dq");
        Check.Close<T>(plain.Dk, Dk, tolerance, $"{what}: dk");
    }

    private static AttentionPlace Place(Layout layout, int heads, int positions, int features) => layout switch
    {
        Layout.Heads => AttentionPlace.Heads(heads, positions, features),
        Layout.Tokens => AttentionPlace.Tokens(positions, features, heads * features),
        _ => AttentionPlace.Maps(heads, positions, features),
    };

    private double Kept(int pair, int i, int j)
    {
        ulong z = _shape.Seed + ((ulong)((((pair * _shape.Queries) + i) * _shape.Keys) + j) * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return z >> 32 < (ulong)(_shape.Dropout * 4294967296.0) ? 0 : 1 / (1 - _shape.Dropout);
    }
}
