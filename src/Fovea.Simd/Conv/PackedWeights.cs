using System.Numerics;
using Fovea.Simd.Memory;

namespace Fovea.Simd.Conv;

/// <summary>
/// Weights of a convolution in the order in which its kernels read them, made once and used by any number of forward passes of any
/// batch and image size. Thread-safe to read.
/// </summary>
/// <remarks>For layers of few positions and many channels, packing costs as much as the convolution itself.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed unsafe class PackedWeights<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PooledBlock _block;
    private readonly ConvShape _shape;

    /// <summary>Packs weights.</summary>
    /// <param name="s">The geometry; its batch and image size matter only to the choice of the algorithm.</param>
    /// <param name="w">Weights, [O, I / groups, kh, kw].</param>
    /// <param name="scale">One factor per output channel, or empty for none: <c>w[o] · scale[o]</c> is packed, as folding a batch norm needs.</param>
    /// <param name="algorithm">How the passes will compute (default: <see cref="ConvAlgorithm.Automatic"/>, the fastest expected).</param>
    /// <exception cref="ArgumentException">
    /// The geometry is impossible, a span does not have the length it asks for, or the algorithm does not exist for the geometry.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public PackedWeights(
        in ConvShape s, ReadOnlySpan<T> w, ReadOnlySpan<T> scale = default, ConvAlgorithm algorithm = ConvAlgorithm.Automatic)
    {
        Convolution.Check<T>(s);
        Convolution.Expect("w", w.Length, s.WeightCount);
        if (!scale.IsEmpty)
        {
            Convolution.Expect("scale", scale.Length, s.OutChannels);
        }

        if (!Convolution.Supports<T>(s, algorithm))
        {
            throw new ArgumentException($"convolution: {algorithm} does not exist for {s} of {typeof(T).Name}; use {ConvAlgorithm.Automatic}.");
        }

        _shape = s;
        Algorithm = algorithm == ConvAlgorithm.Automatic ? ConvDispatch<T>.Choose(s, true) : algorithm;
        long count = Math.Max(1, ConvDispatch<T>.PackedCount(s, Algorithm));
        _block = new PooledBlock(count * sizeof(T));
        T[]? scaled = scale.IsEmpty ? null : Scale(w, scale);
        fixed (T* from = scaled is null ? w : scaled, to = _block.Block.AsSpan<T>(1))
        {
            ConvDispatch<T>.Pack(s, Algorithm, from, to);
            At = to;
        }
    }

    /// <summary>How passes with these weights compute; never <see cref="ConvAlgorithm.Automatic"/>.</summary>
    public ConvAlgorithm Algorithm { get; }

    /// <summary>Whether a pass may add a residual that lies where its result goes: it then reads each number just before it writes it.</summary>
    public bool AddsInPlace => Algorithm == ConvAlgorithm.Channels;

    /// <summary>Bytes that the packed copy takes.</summary>
    public long Bytes => _block.Bytes;

    // Native memory: it does not move.
    internal T* At { get; }

    /// <summary>Frees the packed copy; no pass may be using it.</summary>
    public void Dispose() => _block.Dispose();

    /// <summary>Throws unless these are the weights of such a convolution, and they are still there.</summary>
    internal void Validate(in ConvShape s)
    {
        if (s.InChannels != _shape.InChannels || s.OutChannels != _shape.OutChannels || s.Groups != _shape.Groups
            || s.KernelHeight != _shape.KernelHeight || s.KernelWidth != _shape.KernelWidth)
        {
            throw new ArgumentException(
                $"convolution: the packed weights are [{_shape.OutChannels}, {_shape.GroupInputs}, {_shape.KernelHeight}, {_shape.KernelWidth}] "
                + $"in {_shape.Groups} groups, the geometry asks for [{s.OutChannels}, {s.GroupInputs}, {s.KernelHeight}, {s.KernelWidth}] in {s.Groups}.");
        }

        // Kernels whose patches do not overlap are packed by rows, those of an image's few channels without blocks of channels, and all without
        // the taps that read only padding.
        bool other = (Algorithm == ConvAlgorithm.Channels
            && (ConvJob.IsPatches(s) != ConvJob.IsPatches(_shape) || ConvJob.IsImage(s) != ConvJob.IsImage(_shape)))
            || s.LiveRows != _shape.LiveRows || s.LiveColumns != _shape.LiveColumns;
        if (other || !Convolution.Supports<T>(s, Algorithm))
        {
            throw new ArgumentException($"convolution: the weights are packed for {Algorithm}, which does not exist or packs otherwise for {s}; pack them for it.");
        }

        _ = _block.Block;
    }

    private static T[] Scale(ReadOnlySpan<T> w, ReadOnlySpan<T> scale)
    {
        T[] scaled = w.ToArray();
        int row = scaled.Length / scale.Length;
        for (int i = 0; i < scaled.Length; i++)
        {
            scaled[i] *= scale[i / row];
        }

        return scaled;
    }
}
