using Fovea.Layers;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Contract.Tests.Compilation;

/// <summary>Plans for other batches: how many there are, what a model may do with its batch, and what is refused.</summary>
public sealed class BatchPlanTests
{
    private static readonly int[] s_batches = [1, 2, 3, 4, 5];

    public static TheoryData<string> Dependent => [.. DependentModels.Keys];

    public static TheoryData<string> Following => [.. FollowingModels.Keys];

    private static Dictionary<string, (Func<Tensor, Tensor> Model, string Said)> DependentModels => new()
    {
        ["mean over the batch by a factor"] = (x => x * (1.0 / x.Shape[0]), "multiply_scalar"),
        ["factor that grows"] = (x => x * x.Shape[0], "multiply_scalar"),
        ["half of the batch"] = (x => x.Slice(0, 0, x.Shape[0] / 2), "slice"),
        ["other ops"] = (x => x.Shape[0] % 2 == 0 ? x.Relu() : x.Sigmoid(), "relu"),
        ["another number of ops"] = (x => x.Shape[0] > 2 ? x.Relu().Sigmoid() : x.Relu(), "other ops"),
        ["numbers of its own"] = (x => x + Tensor.From([.. Enumerable.Range(0, x.Shape[0]).Select(i => (float)i)], [x.Shape[0], 1]), "add"),
        ["one batch alone"] = (x => x.Reshape(2, 2, 2), "it fails"),
    };

    private static Dictionary<string, Func<Tensor, Tensor>> FollowingModels => new()
    {
        ["shape"] = x => x.Reshape(x.Shape[0] * 2, 2).Softmax(1).Reshape(x.Shape[0], 4),
        ["last image"] = x => x.Slice(0, x.Shape[0] - 1) + x,
        ["halves"] = x => Tensor.Concat([x, x * 2], 0).Split([x.Shape[0], x.Shape[0]], 0)[1],
        ["zeros"] = x => x + Tensor.Zeros([x.Shape[0], 4]),
        ["token"] = x => Tensor.Concat([Tensor.From([1f, 2f], [1, 2]).Expand(x.Shape[0], 2), x], 1),
        ["tiled numbers"] = x => x.Reshape(x.Shape[0] * 2, 2)
            + Tensor.From([.. Enumerable.Range(0, x.Shape[0] * 2).Select(i => (float)(i % 2))], [x.Shape[0] * 2, 1]),
        ["sum over the batch"] = x => x + x.Sum([0]),
    };

    [Theory]
    [MemberData(nameof(Dependent))]
    public void A_model_that_depends_on_its_batch_is_refused_by_name_and_runs_with_its_own(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        (Func<Tensor, Tensor> model, string said) = DependentModels[name];
        var module = new Made(model);
        using CompiledModel compiled = module.Eval().Compile([2, 4]);
        Tensor x = Some(2);
        Compare.Close(module.Call(x), compiled.Run(x));
        Assert.False(compiled.TakesOtherBatches);
        CompileException e = Assert.Throws<CompileException>(() => compiled.Run(Some(3)));
        Assert.Contains("cannot change its batch", e.Message, StringComparison.Ordinal);
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Following))]
    public void Sizes_that_grow_with_the_batch_follow_it(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        var module = new Made(FollowingModels[name]);
        using CompiledModel compiled = module.Eval().Compile([2, 4]);
        Assert.All([.. s_batches, 100], batch =>
        {
            Tensor x = Some(batch);
            Compare.Close(module.Call(x), compiled.Run(x));
        });
    }

    [Fact]
    public void Large_batches_are_planned_from_smaller_ones()
    {
        using TensorScope scope = TensorScope.Begin();
        var module = new Made(FollowingModels["token"]);
        using CompiledModel compiled = module.Eval().Compile([64, 4]);
        Tensor x = Some(65);
        Compare.Close(module.Call(x), compiled.Run(x));
    }

    [Fact]
    public void Plans_are_bounded_and_one_that_went_comes_back_the_same()
    {
        using TensorScope scope = TensorScope.Begin();
        using CompiledModel compiled = Small().Compile(new CompileOptions { Plans = 3 }, new TensorSpec([1, 3, 32, 32], DType.Float32));
        long constants = compiled.ConstantBytes;
        float[][] first = [.. s_batches.Select(b => compiled.Run(DrawnModels.Image(b, 32)).ToArray<float>())];
        long packed = compiled.ConstantBytes;
        Assert.Equal(3, compiled.PlanCount);
        Assert.All(s_batches, b => Assert.Equal(first[b - 1], compiled.Run(DrawnModels.Image(b, 32)).ToArray<float>()));
        Assert.Equal(3, compiled.PlanCount);
        Assert.Equal(packed, compiled.ConstantBytes);
        Assert.True(packed < 2 * constants, $"{packed} bytes for all batches, {constants} for one");
    }

    [Fact]
    public void Batches_one_after_the_other_work_in_the_memory_of_the_largest()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = Small();
        using CompiledModel largest = model.Compile([s_batches[^1], 3, 32, 32]), all = model.Compile([1, 3, 32, 32]);
        largest.Run(DrawnModels.Image(s_batches[^1], 32));
        Assert.All(s_batches.Concat(s_batches.Reverse()), b => all.Run(DrawnModels.Image(b, 32)));
        Assert.Equal(s_batches.Length, all.PlanCount);
        Assert.Equal(largest.FreeArenaBytes, all.FreeArenaBytes);
        Assert.InRange(all.FreeArenaBytes, largest.ArenaBytes, 2 * largest.ArenaBytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Calls_that_run_while_their_plan_goes_are_not_disturbed(int plans)
    {
        using TensorScope scope = TensorScope.Begin();
        using CompiledModel compiled = Small().Compile(new CompileOptions { Plans = plans }, new TensorSpec([1, 3, 32, 32], DType.Float32));
        Tensor[] images = [.. s_batches.Select(b => DrawnModels.Image(b, 32))];
        float[][] alone = [.. images.Select(x => compiled.Run(x).ToArray<float>())];
        Parallel.For(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 6 }, i =>
        {
            int k = i * 7 % s_batches.Length;
            float[] y = new float[3 * s_batches[k]];
            compiled.Run(images[k].AsSpan<float>(), y);
            Assert.Equal(alone[k], y);
        });
        Assert.True(compiled.PlanCount <= plans);
    }

    [Fact]
    public void Several_inputs_and_results_follow_the_batch_together()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor seven = Tensor.Full([2], 7);
        using CompiledModel compiled = CompiledModel.Of(
            x =>
            {
                Tensor sum = x[0] + x[1];
                return [sum.Relu(), sum, sum.Reshape(sum.Shape[0], 2, 2), x[1], seven + 1, sum];
            },
            CompileOptions.Default, new TensorSpec([2, 4], DType.Float32), new TensorSpec([2, 4], DType.Float32));
        seven.Fill(0);
        foreach (int batch in s_batches)
        {
            (Tensor a, Tensor b) = (Some(batch), Some(batch) * 0.5);
            Tensor[] results = compiled.RunAll(a, b);
            Tensor sum = a + b;
            Tensor[] expected = [sum.Relu(), sum, sum.Reshape(batch, 2, 2), b, Tensor.Full([2], 8), sum];
            Assert.Equal(expected.Length, results.Length);
            Assert.All(expected.Zip(results), p => Compare.Close(p.First, p.Second));
            Tensor[] into = [.. expected.Select(e => Tensor.Empty(e.Shape))];
            compiled.Run([a, b], into);
            Assert.All(expected.Zip(into), p => Compare.Close(p.First, p.Second));
            Assert.Throws<ArgumentException>(() => compiled.Run([a, b], [into[0], into[1], into[2], into[3], into[4], into[1]]));
        }

        Assert.Equal(6, compiled.Outputs.Count);
        Assert.Throws<InvalidOperationException>(() => compiled.Run([seven, seven]));
        Assert.Throws<ShapeException>(() => compiled.RunAll(Some(2), Some(3)));
    }

    [Fact]
    public void A_released_module_gives_its_memory_back_and_the_compiled_model_works()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = Small();
        Tensor x = DrawnModels.Image(2, 32);
        Tensor expected = model.Call(x);
        var options = new CompileOptions { ReleaseModule = true };
        using CompiledModel compiled = model.Compile(options, new TensorSpec([1, 3, 32, 32], DType.Float32));
        Assert.All(model.Parameters(), p => Assert.True(p.IsDisposed));
        Compare.Close(expected, compiled.Run(x));
    }

    [Fact]
    public void The_module_is_not_kept_alive()
    {
        (CompiledModel compiled, WeakReference module) = Compile();
        for (int i = 0; i < 10 && module.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(module.IsAlive);
        compiled.Dispose();

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static (CompiledModel, WeakReference) Compile()
        {
            Module layer = new Sequential(new Conv2d(3, 4, 3)).Eval();
            return (layer.Compile([1, 3, 8, 8]), new WeakReference(layer));
        }
    }

    private static Module Small() => DrawnModels.Make("resnet8", new ModelOptions { Classes = 3, ImageSize = 32 });

    private static Tensor Some(int batch)
    {
        Tensor x = Tensor.Empty([batch, 4]);
        new Generator(2).FillUniform(x.AsSpan<float>(), -1, 1);
        return x;
    }
}
