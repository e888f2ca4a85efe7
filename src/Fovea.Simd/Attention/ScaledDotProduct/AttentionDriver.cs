using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Attention;

/// <summary>One call of the attention kernels: the operands, resolved to pointers.</summary>
internal unsafe struct AttentionJob<T>(AttentionShape shape, MaskTile<T> mask)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public AttentionShape Shape = shape;
    public MaskTile<T> Mask = mask;
    public AttentionOperand<T> Q;
    public AttentionOperand<T> K;
    public AttentionOperand<T> V;
    public AttentionOperand<T> Y;
    public AttentionOperand<T> Dy;
    public AttentionOperand<T> Dq;
    public AttentionOperand<T> Dk;
    public AttentionOperand<T> Dv;
    public T* Max;
    public T* InverseSum;
}

/// <summary>Cuts the pairs of an attention into chunks whose packed copies have a bounded size, and hands the pieces to the pool.</summary>
internal static unsafe class AttentionDriver<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // 16 MiB of packed floats at a time, unless one pair needs more.
    private const long PackedNumbers = 1 << 22;

    // Below this many multiply-adds handing pieces over costs more than it saves.
    private const long SerialWork = 64 * 64 * 64;

    public static void Forward(in AttentionJob<T> job)
    {
        AttentionShape shape = job.Shape;
        if (shape.Pairs == 0 || shape.Queries == 0)
        {
            return;
        }

        var plan = new ForwardPlan<V, T>(shape);
        int pairs = (int)Math.Clamp(PackedNumbers / Math.Max(1, plan.PackedKeys + plan.PackedValues), 1, shape.Pairs);
        int grain = shape.MultiplyAdds <= SerialWork ? int.MaxValue : 1;
        using var packed = new Scratch<T>(pairs * (plan.PackedKeys + plan.PackedValues));
        for (int first = 0; first < shape.Pairs; first += pairs)
        {
            int count = Math.Min(pairs, shape.Pairs - first);
            var pack = new PackKeysBody<V, T>
            {
                Shape = shape,
                Plan = plan,
                K = job.K,
                V2 = job.V,
                FirstPair = first,
                Keys = packed.At,
                Values = packed.At + (pairs * plan.PackedKeys),
            };
            ParallelPool.For(ref pack, count * plan.KeyBlocks, grain);
            var attend = new AttentionForwardBody<V, T>
            {
                Shape = shape,
                Plan = plan,
                Mask = job.Mask,
                Dropout = new(shape),
                Q = job.Q,
                Y = job.Y,
                Keys = pack.Keys,
                Values = pack.Values,
                Max = job.Max,
                InverseSum = job.InverseSum,
                FirstPair = first,
            };
            ParallelPool.For(ref attend, count * plan.Blocks, grain);
        }
    }

    public static void Backward(in AttentionJob<T> job)
    {
        AttentionShape shape = job.Shape;
        if (shape.Pairs == 0)
        {
            return;
        }

        var plan = new BackwardPlan<V, T>(shape);
        bool needsQueries = !job.Dq.IsAbsent;
        int pairs = (int)Math.Clamp(PackedNumbers / Math.Max(1, plan.Packed), 1, shape.Pairs);
        int grain = shape.MultiplyAdds <= SerialWork ? int.MaxValue : 1;
        nint groupStride = pairs * plan.Copy;
        int groups = Math.Max(1, plan.Groups);
        using var packed = new Scratch<T>(pairs * plan.Packed);
        using var delta = new Scratch<T>((nint)shape.Pairs * shape.Queries);
        using var copies = new Scratch<T>(needsQueries ? groups * groupStride : 1);
        for (int first = 0; first < shape.Pairs; first += pairs)
        {
            int count = Math.Min(pairs, shape.Pairs - first);
            var pack = new PackQueriesBody<V, T>
            {
                Shape = shape,
                Plan = plan,
                Q = job.Q,
                Y = job.Y,
                Dy = job.Dy,
                Packed = packed.At,
                Delta = delta.At,
                FirstPair = first,
            };
            ParallelPool.For(ref pack, count * plan.QueryBlocks, grain);
            var body = new AttentionBackwardBody<V, T>
            {
                Shape = shape,
                Plan = plan,
                Mask = job.Mask,
                Dropout = new(shape),
                K = job.K,
                Values = job.V,
                Dk = job.Dk,
                Dv = job.Dv,
                Packed = packed.At,
                Max = job.Max,
                InverseSum = job.InverseSum,
                Delta = delta.At,
                Copies = copies.At,
                GroupStride = groupStride,
                FirstPair = first,
                NeedsQueries = needsQueries,
            };
            ParallelPool.For(ref body, count * plan.Groups, grain);
            if (needsQueries)
            {
                Sum(job, plan, first, count, copies.At, groupStride, grain);
            }
        }
    }

    private static void Sum(in AttentionJob<T> job, in BackwardPlan<V, T> plan, int first, int count, T* copies, nint groupStride, int grain)
    {
        if (plan.Groups == 0)
        {
            // No keys: nothing was cleared and nothing added.
            new Span<T>(copies, (int)(count * plan.Copy)).Clear();
        }

        var sum = new SumQueriesBody<V, T>
        {
            Shape = job.Shape,
            Plan = plan,
            Dq = job.Dq,
            Copies = copies,
            GroupStride = groupStride,
            FirstPair = first,
        };
        ParallelPool.For(ref sum, count * ((job.Shape.Queries + SumQueriesBody<V, T>.Rows - 1) / SumQueriesBody<V, T>.Rows), grain);
    }
}
