using Fovea.Simd.Drivers;

namespace Fovea.Simd.Attention;

/// <summary>What the attention kernels refuse before they touch memory.</summary>
internal static class AttentionChecks
{
    private const string Kernel = "attention";

    public static void Check<T>(in AttentionShape s, AttentionMask<T> mask)
        where T : unmanaged
    {
        if (s.Batch < 0 || s.Heads < 0 || s.Queries < 0 || s.Keys < 0 || s.Depth < 0 || s.ValueDepth < 0 || !(s.Dropout is >= 0 and <= 1))
        {
            Guard.Fail(Kernel, $"expected sizes of at least 0 and a dropout from 0 to 1, got {s}");
        }

        if (!mask.Allowed.IsEmpty)
        {
            Strides(mask.AllowedStrides);
            Span("mask.Allowed", mask.AllowedStrides.Length(s), mask.Allowed.Length);
        }

        if (!mask.Bias.IsEmpty)
        {
            Strides(mask.BiasStrides);
            Span("mask.Bias", mask.BiasStrides.Length(s), mask.Bias.Length);
        }

        Guard.LengthOrEmpty(Kernel, "mask.KeyAllowed [batch, keys]", (long)s.Batch * s.Keys, mask.KeyAllowed.Length);
    }

    public static void Operands<T>(
        in AttentionShape s, ReadOnlySpan<T> q, AttentionPlace qAt, ReadOnlySpan<T> k, AttentionPlace kAt, ReadOnlySpan<T> v, AttentionPlace vAt)
        where T : unmanaged
    {
        Span("q", qAt.Length(s.Batch, s.Heads, s.Queries, s.Depth), q.Length);
        Span("k", kAt.Length(s.Batch, s.Heads, s.Keys, s.Depth), k.Length);
        Span("v", vAt.Length(s.Batch, s.Heads, s.Keys, s.ValueDepth), v.Length);
        Strides(new(qAt.Batch, qAt.Head, qAt.Position, qAt.Feature));
        Strides(new(kAt.Batch, kAt.Head, kAt.Position, kAt.Feature));
        Strides(new(vAt.Batch, vAt.Head, vAt.Position, vAt.Feature));
    }

    public static void Span(string name, long needed, int got)
    {
        if (got < needed)
        {
            Guard.Fail(Kernel, $"{name} needs {needed} numbers, got {got}");
        }
    }

    private static void Strides(MaskStrides strides)
    {
        if (strides.Batch < 0 || strides.Head < 0 || strides.Query < 0 || strides.Key < 0)
        {
            Guard.Fail(Kernel, $"expected strides of at least 0, got {strides}");
        }
    }
}
