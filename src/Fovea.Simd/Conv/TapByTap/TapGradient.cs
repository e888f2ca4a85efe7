using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.TapByTap;

/// <summary>
/// The gradient of the weights as that of a 1 × 1 layer for each tap, <c>dw(t) = Σ dy[area(t)] · x[area(t) + t]ᵀ</c>: where
/// <see cref="TapProducts{V, T}"/> computes the forward pass.
/// </summary>
internal static unsafe class TapGradient<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // What is gathered for one tap, as many images as that takes: a part of the last cache. By the geometry alone, as the sums of some images are
    // added to those before.
    private const long GatheredBytes = 32 << 20;
    private const int PieceNumbers = 1 << 14;

    public static void Run(in ConvShape s, in ConvJob job, T* x, T* dy, T* dw)
    {
        using var places = new Scratch<int>(s.Taps);
        new Span<int>(places.At, s.Taps).Fill(-1);
        int live = 0;
        int longest = 0;
        for (int t = 0; t < job.TapCount; t++)
        {
            TapArea area = TapArea.Of(job, job.Taps[t]);
            places.At[job.Taps[t].Weight] = area.IsEmpty ? -1 : live++;
            longest = Math.Max(longest, area.Pitch<T>());
        }

        int images = (int)Math.Clamp(GatheredBytes / sizeof(T) / longest / (s.InChannels + s.OutChannels), 1, s.Batch);
        nint weights = (nint)s.OutChannels * s.InChannels;
        using var inputs = new Scratch<T>((long)images * s.InChannels * longest);
        using var gradients = new Scratch<T>((long)images * s.OutChannels * longest);
        using var sums = new Scratch<T>(live * weights);
        using var more = new Scratch<T>(images < s.Batch ? weights : 1);
        for (int image = 0; image < s.Batch; image += images)
        {
            ConvShape some = s with { Batch = Math.Min(images, s.Batch - image) };
            for (int t = 0; t < job.TapCount; t++)
            {
                int place = places.At[job.Taps[t].Weight];
                if (place < 0)
                {
                    continue;
                }

                TapArea area = TapArea.Of(job, job.Taps[t]);
                TapArea read = area with { Top = area.Top + job.Taps[t].Row, Left = area.Left + job.Taps[t].Column };
                Gather(some.Batch * s.InChannels, s.Height, s.Width, read, x + ((nint)image * s.InChannels * s.Height * s.Width), inputs.At);
                Gather(some.Batch * s.OutChannels, s.OutHeight, s.OutWidth, area, dy + ((nint)image * s.OutChannels * s.OutHeight * s.OutWidth), gradients.At);
                var point = new ConvShape(some.Batch, s.InChannels, 1, area.Pitch<T>(), s.OutChannels, 1, 1, 1, 1, 0, 0, 1, 1, 1);
                T* sum = sums.At + (place * weights);
                ConvPasses<V, T>.BackwardWeight(point, inputs.At, gradients.At, image == 0 ? sum : more.At);
                if (image > 0)
                {
                    var add = new TapSumBody<V, T> { Area = new(0, 0, 1, s.InChannels), OutWidth = s.InChannels, Plane = s.InChannels, Products = more.At, Y = sum };
                    ParallelPool.For(ref add, s.OutChannels, Math.Max(1, PieceNumbers / s.InChannels));
                }
            }
        }

        var weave = new TapWeaveBody<T> { Outputs = s.OutChannels, Inputs = s.InChannels, Taps = s.Taps, Places = places.At, Sums = sums.At, To = dw };
        ParallelPool.For(ref weave, s.OutChannels, Math.Max(1, PieceNumbers / (s.InChannels * s.Taps)));
    }

    private static void Gather(int planes, int height, int width, TapArea area, T* from, T* to)
    {
        var body = new TapGatherBody<V, T>
        {
            Plane = (nint)height * width,
            Width = width,
            Area = area,
            Pitch = area.Pitch<T>(),
            From = from + ((nint)area.Top * width) + area.Left,
            To = to,
        };
        ParallelPool.For(ref body, planes, Math.Max(1, PieceNumbers / area.Positions));
    }
}
