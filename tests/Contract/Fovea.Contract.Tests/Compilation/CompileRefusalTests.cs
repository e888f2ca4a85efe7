using Fovea.Layers;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Contract.Tests.Compilation;

/// <summary>What cannot be compiled, or not be run, is refused with a message that says what to do.</summary>
public sealed class CompileRefusalTests
{
    [Fact]
    public void A_model_in_training_mode_is_refused()
    {
        Module model = new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4));
        CompileException e = Assert.Throws<CompileException>(() => model.Compile([1, 3, 8, 8]));
        Assert.Contains("Eval()", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_ops_are_refused()
    {
        CompileException e = Assert.Throws<CompileException>(() => new Made(x => x.Dropout(0.5, new Generator(1))).Eval().Compile([4]));
        Assert.Contains("dropout", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_values_outside_of_ops_is_refused()
    {
        CompileException e = Assert.Throws<CompileException>(() => new Made(x => x * (float)x.Sum().Item()).Eval().Compile([4]));
        Assert.Contains("reads", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_shapes_and_refused_batches_name_both()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = new Sequential(new Conv2d(3, 4, 3)).Eval();
        using CompiledModel compiled = model.Compile([2, 3, 8, 8]);
        ShapeException e = Assert.Throws<ShapeException>(() => compiled.Run(Tensor.Zeros([2, 3, 9, 8])));
        Assert.Contains("[2, 3, 8, 8]", e.Message, StringComparison.Ordinal);
        Assert.Contains("[2, 3, 9, 8]", e.Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => compiled.Run(new float[100], new float[10]));
        Assert.Throws<ShapeException>(() => compiled.Run(Tensor.Zeros([2, 3, 8, 8]), Tensor.Zeros([2, 4, 6, 5])));

        using CompiledModel strict = model.Compile(new CompileOptions { OtherBatches = false }, new TensorSpec([2, 3, 8, 8], DType.Float32));
        Assert.Throws<ShapeException>(() => strict.Run(Tensor.Zeros([1, 3, 8, 8])));
    }

    [Fact]
    public void Training_on_does_not_change_a_compiled_model()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = DrawnModels.Make("resnet8", new ModelOptions { Classes = 3, ImageSize = 32 });
        Tensor x = DrawnModels.Image(1, 32);
        using CompiledModel compiled = model.Compile(x.Shape);
        float[] before = compiled.Run(x).ToArray<float>();
        foreach (Tensor parameter in model.Parameters())
        {
            parameter.Fill(0.1);
        }

        Assert.Equal(before, compiled.Run(x).ToArray<float>());
    }

    [Fact]
    public void Results_that_are_inputs_or_constants_come_back()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Tensor.From([1f, 2f, 3f, 4f]);
        using CompiledModel same = new Made(y => y.Reshape(4)).Eval().Compile([4]);
        Assert.Equal(x.ToArray<float>(), same.Run(x).ToArray<float>());
        Tensor seven = Tensor.Full([2], 7);
        using CompiledModel constant = new Made(_ => seven + seven).Eval().Compile([4]);
        Assert.Equal([14f, 14f], constant.Run(x).ToArray<float>());
    }

    [Fact]
    public void Many_threads_get_their_own_results()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = DrawnModels.Make("resnet8", new ModelOptions { Classes = 3, ImageSize = 32 });
        using CompiledModel compiled = model.Compile([1, 3, 32, 32]);
        Tensor[] images = [.. Enumerable.Range(0, 8).Select(i => DrawnModels.Image(1, 32) * (i + 1))];
        float[][] alone = [.. images.Select(x => compiled.Run(x).ToArray<float>())];
        Parallel.For(0, 64, i =>
        {
            float[] y = new float[3];
            compiled.Run(images[i % 8].AsSpan<float>(), y);
            Assert.Equal(alone[i % 8], y);
        });
    }
}
