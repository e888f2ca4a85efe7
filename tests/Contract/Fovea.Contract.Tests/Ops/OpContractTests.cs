using Fovea.Simd.Drivers;

namespace Fovea.Contract.Tests.Ops;

/// <summary>What every op promises, tried on the samples that it publishes. An op is found by itself; nothing is listed here.</summary>
public sealed class OpContractTests : IClassFixture<CollectedMemory>
{
    // Sums of up to some 10,000 products in float32 against double: 2⁻²⁴ for each rounding, of which a few dozen pile up.
    private const double Float32Tolerance = 2e-5;

    // The references add up in another order, in the same double precision.
    private const double Float64Tolerance = 1e-12;

    // A step of 1e-6 leaves about 1e-10 of rounding and 1e-12 of curvature; what remains is room for steep functions.
    private const double Step = 1e-6;
    private const double DifferenceTolerance = 1e-6;
    private const int DifferencesPerInput = 40;
    private const int LongCase = 8192;

    // Sums of products of sums: the two ways round at other places.
    private const double GradientSums = 100;

    public static TheoryData<string> Cases => [.. OpCase.All.Keys];

    // What is dropped at random has no other form.
    public static TheoryData<string> Decomposable =>
    [
        .. OpCase.All.Where(c => c.Value.Op is IDecomposable && c.Value.Op is { IsRandom: false, IsDifferentiable: true } and not ScaledDotProductAttentionOp { Rules.Dropout: > 0 })
            .Select(c => c.Key),
    ];

    [Fact]
    public void Every_op_publishes_samples()
    {
        string[] without = [.. OpCase.OpTypes.Where(t => !OpCase.All.Values.Any(c => c.Op.GetType() == t)).Select(t => t.Name)];
        Assert.True(without.Length == 0, $"implement ISampledOp, with at least one sample, on: {string.Join(", ", without)}");
    }

    [Fact]
    public void Every_op_has_a_reference()
    {
        string[] without = [.. OpCase.OpTypes.Where(t => !References.Has(t)).Select(t => t.Name)];
        Assert.True(without.Length == 0, $"write a plain reference under Ops/References, or implement IDecomposable, for: {string.Join(", ", without)}");
    }

    [Fact]
    public void Op_names_are_unique()
    {
        var names = OpCase.All.Values.GroupBy(c => c.Op.Name).Where(g => g.Select(c => c.Op.GetType()).Distinct().Count() > 1);
        Assert.Empty(names.Select(g => g.Key));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_equals_the_reference(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        OpCase c = OpCase.All[name];
        foreach ((DType dtype, double tolerance) in new[] { (DType.Float64, Float64Tolerance), (DType.Float32, Float32Tolerance) })
        {
            Tensor[] inputs = c.MakeInputs(dtype);
            Tensor[] outputs = Passes.Forward(c, inputs);
            RefTensor[] expected = References.Run(c.Op, inputs);
            TensorSpec[] inferred = c.Op.Infer([.. inputs.Select(t => t.Spec)]);
            Assert.InRange(expected.Length, c.Op is IDecomposable ? 1 : outputs.Length, outputs.Length);
            Assert.Equal(inferred, outputs.Select(t => t.Spec));
            for (int o = 0; o < expected.Length; o++)
            {
                Assert.Equal(expected[o].Shape, outputs[o].Shape.Lengths.ToArray());
                double error = Passes.Error(RefTensor.Of(outputs[o]).Values, expected[o].Values);
                Assert.True(error <= tolerance, $"{name}: output {o} in {dtype} is off by {error:e2}, more than {tolerance:e0}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Decomposable))]
    public void A_decomposition_has_the_results_and_gradients_of_the_op(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        OpCase c = OpCase.All[name];
        Tensor[] inputs = c.MakeInputs(DType.Float64);
        Tensor?[] expected = Passes.Backward(c, inputs, _ => true).Grads;
        Tensor[] same = [.. inputs.Select((x, i) =>
        {
            Tensor leaf = x.Detach();
            leaf.RequiresGrad = c.IsDifferentiable(i, x);
            return leaf;
        })];
        Tensor[] outputs = ((IDecomposable)c.Op).Decompose(same);
        Tensor[] computed = Passes.Forward(c, inputs);
        Tensor[] cotangents = Passes.Cotangents(c, computed);
        Assert.All(outputs.Zip(computed), p => Assert.True(Passes.Error(p.First.ToArray<double>(), p.Second.ToArray<double>()) <= Float64Tolerance));
        Tensor loss = outputs.Select((y, o) => (Y: y, Cotangent: cotangents[o], O: o)).Where(p => c.Op.IsOutputDifferentiable(p.O) && p.Y.Elements > 0)
            .Select(p => (p.Y * p.Cotangent).Sum()).Aggregate(Tensor.Scalar(0, DType.Float64), (a, b) => a + b);
        if (loss.RequiresGrad)
        {
            loss.Backward();
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            double[] wanted = expected[i]?.ToArray<double>() ?? new double[inputs[i].DType.IsFloating() ? inputs[i].Elements : 0];
            double[] got = same[i].Grad?.ToArray<double>() ?? new double[wanted.Length];
            double error = Passes.Error(got, wanted);
            Assert.True(error <= Float64Tolerance * GradientSums, $"{name}: the gradient of input {i} is off by {error:e2}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Backward_equals_finite_differences(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        OpCase c = OpCase.All[name];
        if (!c.Op.IsDifferentiable)
        {
            return;
        }

        Tensor[] inputs = c.MakeInputs(DType.Float64);
        (Tensor[] outputs, Tensor?[] grads) = Passes.Backward(c, inputs, _ => true);
        double[][] cotangents = [.. Passes.Cotangents(c, outputs).Select(t => t.ToArray<double>())];
        var generator = new Generator(5);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (!c.IsDifferentiable(i, inputs[i]))
            {
                Assert.Null(grads[i]);
                continue;
            }

            Assert.True(grads[i] is not null || inputs[i].Elements == 0 || outputs.All(y => y.Elements == 0),
                $"{name}: backward left the gradient of input {i} out");
            double[] got = grads[i]?.ToArray<double>() ?? [];
            double largest = got.Select(Math.Abs).DefaultIfEmpty(0).Max();
            foreach (int place in Places(got.Length, c.Elements > LongCase ? 4 : DifferencesPerInput, generator))
            {
                double expected = Difference(c, inputs, i, place, cotangents);
                double error = Math.Abs(got[place] - expected);
                Assert.True(error <= DifferenceTolerance * Math.Max(largest, 0.01),
                    $"{name}: gradient of input {i} at {place} is {got[place]}, finite differences say {expected}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Backward_gives_one_input_what_it_gives_all(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        OpCase c = OpCase.All[name];
        if (!c.Op.IsDifferentiable)
        {
            return;
        }

        Tensor[] inputs = c.MakeInputs(DType.Float64);
        double[]?[] all = [.. Passes.Backward(c, inputs, _ => true).Grads.Select(g => g?.ToArray<double>())];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (all[i] is { } expected)
            {
                double[] alone = Passes.Backward(c, inputs, n => n == i).Grads[i]!.ToArray<double>();
                Assert.True(Passes.Error(alone, expected) <= Float64Tolerance, $"{name}: the gradient of input {i} alone differs");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Backward_in_float32_equals_float64(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        OpCase c = OpCase.All[name];
        if (!c.Op.IsDifferentiable)
        {
            return;
        }

        Tensor?[] exact = Passes.Backward(c, c.MakeInputs(DType.Float64), _ => true).Grads;
        Tensor?[] rounded = Passes.Backward(c, c.MakeInputs(DType.Float32), _ => true).Grads;
        for (int i = 0; i < exact.Length; i++)
        {
            Assert.Equal(exact[i] is null, rounded[i] is null);
            if (exact[i] is not null)
            {
                double error = Passes.Error(RefTensor.Of(rounded[i]!).Values, RefTensor.Of(exact[i]!).Values);
                Assert.True(error <= Float32Tolerance, $"{name}: gradient of input {i} in float32 is off by {error:e2}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Threads_do_not_change_a_bit(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        OpCase c = OpCase.All[name];
        int before = ParallelPool.Threads;
        try
        {
            byte[][]? first = null;
            foreach (int threads in new[] { 1, 2, 3 })
            {
                ParallelPool.Threads = threads;
                (Tensor[] outputs, Tensor?[] grads) = Passes.Backward(c, c.MakeInputs(DType.Float32), _ => c.Op.IsDifferentiable);
                byte[][] bits = [.. outputs.Select(t => t.AsBytes().ToArray()), .. grads.Select(g => g is null ? [] : g.AsBytes().ToArray())];
                first ??= bits;
                Assert.True(first.Zip(bits).All(p => p.First.AsSpan().SequenceEqual(p.Second)), $"{name}: {threads} threads give other bits than 1");
            }
        }
        finally
        {
            ParallelPool.Threads = before;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Recording_does_not_change_a_bit(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        OpCase c = OpCase.All[name];
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            Tensor[] inputs = c.MakeInputs(dtype);
            Tensor[] without = Passes.Forward(c, inputs);
            Tensor[] with = Passes.Backward(c, inputs, _ => true).Outputs;
            Assert.True(without.Zip(with).All(p => p.First.AsBytes().SequenceEqual(p.Second.AsBytes())), $"{name}: recording changes the output");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Inputs_stay_as_they_were(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        OpCase c = OpCase.All[name];
        Tensor[] inputs = c.MakeInputs(DType.Float32);
        byte[][] before = [.. inputs.Select(t => t.AsBytes().ToArray())];
        Passes.Backward(c, inputs, _ => true);
        Assert.True(inputs.Zip(before).All(p => p.First.AsBytes().SequenceEqual(p.Second)), $"{name}: an input was written to");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Nothing_is_leaked(string name)
    {
        OpCase c = OpCase.All[name];
        long before = TensorMemory.LiveBlocks;
        using (TensorScope.Begin())
        {
            Tensor[] inputs = c.MakeInputs(DType.Float32);
            Passes.Forward(c, inputs);
            Passes.Backward(c, inputs, _ => true);
            foreach (Tensor input in inputs)
            {
                input.ClearGrad();
            }
        }

        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_tape_that_is_never_passed_is_not_leaked(string name)
    {
        OpCase c = OpCase.All[name];
        long before = TensorMemory.LiveBlocks;
        using (TensorScope.Begin())
        {
            Tensor[] inputs = c.MakeInputs(DType.Float32);
            for (int i = 0; i < inputs.Length; i++)
            {
                inputs[i].RequiresGrad = c.IsDifferentiable(i, inputs[i]);
            }

            Op.RunAll(c.Op, inputs);
        }

        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cost_is_counted(string name)
    {
        OpCase c = OpCase.All[name];
        using TensorScope scope = TensorScope.Begin();
        TensorSpec[] inputs = [.. c.MakeInputs(DType.Float32).Select(t => t.Spec)];
        OpCost cost = c.Op.Cost(inputs, c.Op.Infer(inputs));
        Assert.True(cost.MultiplyAdds >= 0 && cost.Other >= 0, $"{name}: {cost}");
    }

    private static double Difference(OpCase c, Tensor[] inputs, int input, int place, double[][] cotangents)
    {
        using TensorScope scope = TensorScope.Begin();
        Span<double> values = inputs[input].AsSpan<double>();
        double at = values[place];
        double up = at + Step;
        double down = at - Step;
        values[place] = up;
        RefTensor[] above = [.. Passes.Forward(c, inputs).Select(RefTensor.Of)];
        values[place] = down;
        Tensor[] below = Passes.Forward(c, inputs);

        // Output by output before adding up: places that the input does not reach cancel exactly.
        double change = 0;
        for (int o = 0; o < above.Length; o++)
        {
            if (below[o].DType == DType.Float64 && c.Op.IsOutputDifferentiable(o))
            {
                double[] plus = above[o].Values;
                Span<double> minus = below[o].AsSpan<double>();
                for (int n = 0; n < plus.Length; n++)
                {
                    change += cotangents[o][n] * (plus[n] - minus[n]);
                }
            }
        }

        values[place] = at;
        return change / (up - down);
    }

    private static IEnumerable<int> Places(int count, int limit, Generator generator) => count <= limit
        ? Enumerable.Range(0, count)
        : Enumerable.Range(0, limit).Select(_ => generator.Next(count));
}
