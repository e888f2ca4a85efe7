using System.Diagnostics;
using Fovea.Simd.Broadcasting;
using Fovea.Simd.Copying;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Memory;
using Fovea.Simd.Norm;
using Fovea.Simd.Optim;
using Fovea.Simd.Pooling;
using Fovea.Simd.Reductions;
using Fovea.Simd.Softmaxes;

namespace Fovea.Bench.Kernels;

/// <summary>
/// The kernels that stream memory, each beside a plain copy in the same second: milliseconds, billions of numbers, the unavoidable
/// bytes per second, and how that compares with the copy's.
/// </summary>
internal static class Streams
{
    private sealed record Case(string Name, long Numbers, double Bytes, Action Run);

    public static void Run(string only, double seconds, string size)
    {
        (int n, int c, int side) = size switch
        {
            "small" => (2, 16, 28),
            "cifar" => (128, 16, 32),
            _ => (8, 256, 56),
        };
        int inner = side * side;
        int count = n * c * inner;
        Console.WriteLine($"# [{n}, {c}, {side}, {side}], {count * 4 / 1e6:F1} MB a tensor");
        Numbers x = new(count), y = new(count), z = new(count), r = new(count), gate = new(n * c), map = new(n * inner), v = new(count);
        Numbers gamma = new(c), beta = new(c), mean = new(c), invStd = new(c), rowMean = new(n * inner), rowStd = new(n * inner);
        Numbers channels = new(n * c), positions = new(n * inner), dgamma = new(c), dbeta = new(c);
        int[] places = new int[Math.Max(n * inner, n * c)], index = new int[count];
        int[] shape = [n, c, inner], full = [c * inner, inner, 1];
        PoolShape stem = PoolShape.Create(n * c, side, side, (3, 3), (2, 2), (1, 1)), half = PoolShape.Create(n * c, side, side, (2, 2), (2, 2));
        var pooled = new Numbers((int)stem.OutputLength);
        double b = 4.0 * count;
        Case[] cases =
        [
            new("relu", count, 2 * b, () => Map.Run(x.S, z.S, default(Relu))),
            new("add", count, 3 * b, () => Zip.Run(x.S, y.S, z.S, default(Add))),
            new("exp", count, 2 * b, () => Map.Run(x.S, z.S, default(Exp))),
            new("log", count, 2 * b, () => Map.Run(x.S, z.S, default(Log))),
            new("sigmoid", count, 2 * b, () => Map.Run(x.S, z.S, default(Sigmoid))),
            new("silu", count, 2 * b, () => Map.Run(x.S, z.S, default(Silu))),
            new("tanh", count, 2 * b, () => Map.Run(x.S, z.S, default(Tanh))),
            new("erf", count, 2 * b, () => Map.Run(x.S, z.S, default(Erf))),
            new("gelu", count, 2 * b, () => Map.Run(x.S, z.S, default(Gelu))),
            new("gelu-tanh", count, 2 * b, () => Map.Run(x.S, z.S, default(GeluTanh))),
            new("softplus", count, 2 * b, () => Map.Run(x.S, z.S, new Softplus(1))),
            new("gelu-backward", count, 3 * b, () => Zip.Run(x.S, y.S, z.S, default(GeluBackward))),
            new("relu-backward", count, 3 * b, () => Zip.Run(x.S, y.S, z.S, default(ReluBackward))),
            new("x * gate[N,C]", count, 2 * b, () => Broadcast.Run(shape, x.S, full, gate.S, [c, 1, 0], z.S, default(Multiply))),
            new("x * map[N,HW]", count, 2 * b, () => Broadcast.Run(shape, x.S, full, map.S, [inner, 0, 1], z.S, default(Multiply))),
            new("mean over HW", count, b, () => Reduction.Mean(n * c, inner, 1, x.S, channels.S)),
            new("max+place over HW", count, b, () => Reduction.Max(n * c, inner, 1, x.S, channels.S, places.AsSpan(0, n * c))),
            new("mean over C", count, b, () => Reduction.Mean(n, c, inner, x.S, positions.S)),
            new("max over C", count, b, () => Reduction.Max(n, c, inner, x.S, positions.S)),
            new("max+place over C", count, b, () => Reduction.Max(n, c, inner, x.S, positions.S, places.AsSpan(0, n * inner))),
            new("dot over HW", count, 2 * b, () => Reduction.DotRows(n * c, inner, x.S, y.S, channels.S)),
            new("dot over C", count, 2 * b, () => Reduction.SumOfProducts(n, c, inner, x.S, y.S, positions.S)),
            new("bias gradient", count, b, () => Broadcast.SumTo(shape, x.S, [0, 1, 0], dbeta.S)),
            new("bn forward relu", count, 2 * b, () => BatchNorm.Forward(n, c, inner, x.S, gamma.S, beta.S, [], true, 1e-5f, z.S, mean.S, invStd.S)),
            new("bn forward res relu", count, 3 * b, () => BatchNorm.Forward(n, c, inner, x.S, gamma.S, beta.S, r.S, true, 1e-5f, z.S, mean.S, invStd.S)),
            new("bn backward relu", count, 4 * b, () => BatchNorm.Backward(n, c, inner, x.S, y.S, r.S, gamma.S, mean.S, invStd.S, true, z.S, [], dgamma.S, dbeta.S)),
            new("bn backward, no output", count, 3 * b, () => BatchNorm.Backward(n, c, inner, x.S, [], r.S, gamma.S, mean.S, invStd.S, true, z.S, [], dgamma.S, dbeta.S, beta.S)),
            new("bn backward res", count, 5 * b, () => BatchNorm.Backward(n, c, inner, x.S, y.S, r.S, gamma.S, mean.S, invStd.S, true, z.S, v.S, dgamma.S, dbeta.S)),
            new("bn backward over dy", count, 3 * b, () => BatchNorm.Backward(n, c, inner, x.S, [], r.S, gamma.S, mean.S, invStd.S, true, r.S, [], dgamma.S, dbeta.S, beta.S)),
            new("bn backward res, parts", count, 5 * b, () => BatchNorm.Backward(n, c, inner, x.S, y.S, r.S, gamma.S, mean.S, invStd.S, true, z.S, r.S, dgamma.S, dbeta.S, [], v.S)),
            new("bn inference relu", count, 2 * b, () => BatchNorm.Inference(n, c, inner, x.S, gamma.S, beta.S, [], true, z.S)),
            new("layer norm rows of C", count, 2 * b, () => LayerNorm.Forward(n * inner, c, x.S, gamma.S, beta.S, 1e-5f, z.S, rowMean.S, rowStd.S)),
            new("layer norm backward", count, 3 * b, () => LayerNorm.Backward(n * inner, c, x.S, y.S, gamma.S, rowMean.S, rowStd.S, z.S, dgamma.S, dbeta.S)),
            new("softmax rows of HW", count, 2 * b, () => Softmax.Forward(n * c, inner, 1, x.S, z.S)),
            new("softmax rows of C", count, 2 * b, () => Softmax.Forward(n * inner, c, 1, x.S, z.S)),
            new("softmax over C", count, 2 * b, () => Softmax.Forward(n, c, inner, x.S, z.S)),
            new("softmax backward", count, 3 * b, () => Softmax.Backward(n * c, inner, 1, x.S, y.S, z.S)),
            new("max pool 3 s2 p1", count, 1.25 * b, () => MaxPool.Forward<float>(stem, x.S, pooled.S, [])),
            new("max pool with places", count, 1.5 * b, () => MaxPool.Forward(stem, x.S, pooled.S, index.AsSpan(0, pooled.Length))),
            new("max pool backward", count, 1.5 * b, () => MaxPool.Backward(n * c, inner, pooled.Length / (n * c), pooled.S, index.AsSpan(0, pooled.Length), z.S)),
            new("average pool 2 s2", count, 1.25 * b, () => AveragePool.Forward(half, x.S, pooled.S[..(int)half.OutputLength], true)),
            new("average pool backward", count, 1.25 * b, () => AveragePool.Backward(half, pooled.S[..(int)half.OutputLength], z.S, true)),
            new("transpose C, HW", count, 2 * b, () => Transpose.Permute<float>([n, c, inner], [0, 2, 1], x.S, z.S)),
            new("sgd momentum", count, 5 * b, () => OptimizerStep.Sgd(z.S, x.S, v.S, new SgdRates(1e-9, 0.9, 1e-4))),
            new("adamw", count, 7 * b, () => OptimizerStep.Adam(z.S, x.S, v.S, r.S, 10, new AdamRates(1e-9, Decoupled: true))),
            new("squared norm", count, b, () => ParameterMath.SquaredNorm<float>(x.S)),
            new("all finite", count, b, () => ParameterMath.AllFinite<float>(x.S)),
        ];
        var copy = new Case("copy", count, 2 * b, () => Map.Run(x.S, z.S, default(Identity)));
        Console.WriteLine($"{"kernel",-24} {"ms",9} {"G/s",8} {"GB/s",8} {"copy GB/s",10} {"of copy",8}");
        foreach (Case at in cases.Where(k => k.Name.Contains(only)))
        {
            // In alternation, so that both see the same machine.
            double mine = double.MaxValue, plain = double.MaxValue;
            long end = Stopwatch.GetTimestamp() + (long)(seconds * 2 * Stopwatch.Frequency);
            for (int round = 0; round < 5 || Stopwatch.GetTimestamp() < end; round++)
            {
                mine = Math.Min(mine, Time(at.Run));
                plain = Math.Min(plain, Time(copy.Run));
            }

            double speed = at.Bytes / mine / 1e9, copied = copy.Bytes / plain / 1e9;
            Console.WriteLine($"{at.Name,-24} {mine * 1e3,9:F3} {at.Numbers / mine / 1e9,8:F2} {speed,8:F1} {copied,10:F1} {speed / copied,8:P0}");
        }
    }

    private static double Time(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Numbers around zero in aligned memory, as tensors have them.</summary>
    private sealed class Numbers
    {
        private readonly AlignedBlock _block;

        public Numbers(int count)
        {
            Length = count;
            _block = new AlignedBlock(4L * count);
            var random = new Random(1);
            foreach (ref float x in S)
            {
                x = (float)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2);
            }
        }

        public int Length { get; }

        public Span<float> S => _block.AsSpan<float>(Length);
    }
}
