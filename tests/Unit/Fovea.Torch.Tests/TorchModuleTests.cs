using Fovea.Attention;
using Fovea.Layers;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Torch.Tests;

/// <summary>Whole models on libtorch: results, gradients by name, statistics that move, state that is read again.</summary>
public sealed class TorchModuleTests
{
    private const int ImageSize = 32;

    // Dozens of layers in single precision, whose sums run in other orders: 2⁻²⁴ for each rounding, growing a little with every layer.
    private const double Float32Tolerance = 1e-4;

    // The same in double precision: some 10⁻¹² of the largest.
    private const double Float64Tolerance = 1e-10;

    private static readonly (string Key, string Attention)[] s_models = [("resnet20-cifar", "se"), ("resnet20-cifar", "cbam"), ("resnet8", "coordinate"), ("vit_mini_patch4", string.Empty)];

    /// <summary>Models, each with maps that lie as [N, C, H, W] and with channels innermost.</summary>
    public static TheoryData<string, string, bool> ModelsEachWay => [.. s_models.SelectMany(m => new[] { (m.Key, m.Attention, false), (m.Key, m.Attention, true) })];

    [Theory]
    [MemberData(nameof(ModelsEachWay))]
    public void A_model_gives_the_same_in_evaluation_mode(string key, string attention, bool channelsLast)
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = Make(key, attention);
        using var torch = new TorchModule(model, new TorchOptions { ChannelsLast = channelsLast });
        foreach (int batch in new[] { 1, 3 })
        {
            Tensor x = DrawnModels.Image(batch, ImageSize);
            Near(model.Call(x), torch.Run(x), Float32Tolerance, $"{key}, {batch} images");
        }
    }

    // Maps of a size at which oneDNN's plan for this gradient ended the process, and odd ones, of which the last row and column are not stepped on.
    [Theory]
    [InlineData(8, 256, 512, 56)]
    [InlineData(2, 5, 7, 9)]
    public void A_strided_convolution_of_single_places_gives_the_same_gradients(int batch, int channels, int outputs, int side)
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        var convolution = new Conv2d(channels, outputs, kernelSize: 1, stride: 2);
        Initialization.Draw(convolution, new Generator(1));
        Tensor x = Drawn([batch, channels, side, side], 2);
        x.RequiresGrad = true;
        Tensor y = convolution.Call(x);
        Tensor cotangent = Drawn(y.Shape, 3);
        y.Backward(cotangent);
        using var torch = new TorchModule(convolution);
        using TorchPass pass = torch.Forward(x);
        Near(y, pass.Output, Float32Tolerance, "output");
        TorchGradients found = pass.Backward(cotangent);
        Near(x.Grad!, found.Inputs[0]!, Float32Tolerance, "the maps");
        foreach ((string name, Tensor parameter) in convolution.NamedParameters())
        {
            Near(parameter.Grad!, found.Parameters[name]!, Float32Tolerance, name);
        }

        static Tensor Drawn(Shape shape, ulong seed)
        {
            Tensor values = Tensor.Empty(shape, DType.Float32);
            new Generator(seed).FillUniform<float>(values.AsSpan<float>(), -1, 1);
            return values;
        }
    }

    [Theory]
    [MemberData(nameof(ModelsEachWay))]
    public void A_model_gives_the_same_gradients_in_training_mode(string key, string attention, bool channelsLast)
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        Module model = Make(key, attention).To(DType.Float64).Train();
        Module twin = Make(key, attention).To(DType.Float64).Train();
        Tensor x = DrawnModels.Image(2, ImageSize).To(DType.Float64);
        x.RequiresGrad = true;
        Tensor y = model.Call(x);
        Tensor cotangent = Tensor.Empty(y.Shape, DType.Float64);
        new Generator(3).FillUniform<double>(cotangent.AsSpan<double>(), -1, 1);
        y.Backward(cotangent);

        using var torch = new TorchModule(twin, new TorchOptions { ChannelsLast = channelsLast });
        using TorchPass pass = torch.Forward(x);
        Near(y, pass.Output, Float64Tolerance, key);
        TorchGradients found = pass.Backward(cotangent);
        Near(x.Grad!, found.Inputs[0]!, Float64Tolerance, $"{key}: the images");
        Dictionary<string, Tensor> wanted = model.NamedParameters().Where(p => p.Value.Grad is not null).ToDictionary(p => p.Name, p => p.Value.Grad!);
        Assert.Equal(wanted.Keys.Order(StringComparer.Ordinal), found.Parameters.Keys.Order(StringComparer.Ordinal));
        double largest = wanted.Values.Max(g => g.ToArray<double>().Max(Math.Abs));
        Assert.All(wanted, g => Near(g.Value, found.Parameters[g.Key], Float64Tolerance, $"{key}: {g.Key}", largest));
        foreach (((string name, Tensor ours), (_, Tensor theirs)) in model.NamedBuffers().Zip(twin.NamedBuffers()))
        {
            Near(ours, theirs, Float64Tolerance, $"{key}: {name}");
        }

        model.ClearGrads();
    }

    [Fact]
    public void Evaluation_after_training_reads_the_statistics_that_moved()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        var norm = new BatchNorm2d(3);
        using var torch = new TorchModule(norm);
        Tensor x = DrawnModels.Image(4, 8);
        torch.Run(x);
        Assert.NotEqual([0f, 0, 0], norm.RunningMean.ToArray<float>());
        norm.Eval();
        Near(norm.Call(x), torch.Run(x), Float32Tolerance, "after training");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void State_is_read_again_when_it_is_asked_for(bool channelsLast)
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = Make("resnet8", string.Empty);
        using var torch = new TorchModule(model, new TorchOptions { ChannelsLast = channelsLast });
        Tensor x = DrawnModels.Image(1, ImageSize);
        Tensor before = torch.Run(x);
        Tensor first = model.Parameters().First();
        new Generator(9).FillUniform<float>(first.AsSpan<float>(), -0.5f, 0.5f);
        Assert.Equal(before.ToArray<float>(), torch.Run(x).ToArray<float>());
        torch.ReadState();
        Near(model.Call(x), torch.Run(x), Float32Tolerance, "after ReadState");
        Assert.NotEqual(before.ToArray<float>(), torch.Run(x).ToArray<float>());
    }

    [Fact]
    public void A_module_of_another_element_type_than_was_moved_is_refused()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        Module model = Make("resnet8", string.Empty);
        using var torch = new TorchModule(model);
        model.To(DType.Float64);
        Assert.Contains("Float64", Assert.Throws<TorchException>(torch.ReadState).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_that_is_frozen_gets_no_gradient_and_passes_do_not_add_up()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        Module model = Make("resnet8", string.Empty);
        (string frozen, Tensor value) = model.NamedParameters().First();
        value.RequiresGrad = false;
        using var torch = new TorchModule(model);
        Tensor x = DrawnModels.Image(1, ImageSize);
        IReadOnlyDictionary<string, Tensor>[] found = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            using TorchPass pass = torch.Forward(x);
            TorchGradients gradients = pass.Backward(Tensor.Ones(pass.Output.Shape));
            Assert.Null(gradients.Inputs[0]);
            Assert.Throws<TorchException>(() => pass.Backward(Tensor.Ones(pass.Output.Shape)));
            return gradients.Parameters;
        })];
        Assert.DoesNotContain(frozen, found[0].Keys);
        Assert.Equal(model.NamedParameters().Count() - 1, found[0].Count);
        Assert.All(found[0], g => Near(g.Value, found[1][g.Key], Float32Tolerance, g.Key));
    }

    [Fact]
    public void Dropped_places_are_those_of_our_engine()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Tensor x = DrawnModels.Image(2, 16);
        using var torch = new TorchModule(new Drops());
        Near(new Drops().Call(x), torch.Run(x), 0, "dropout");
    }

    // A rectifier writes over what it reads where it alone reads it.
    [Fact]
    public void What_two_ops_read_is_not_written_over_by_the_first()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        Module module = new Twice().Eval();
        Tensor x = DrawnModels.Image(2, 8);
        x.RequiresGrad = true;
        Tensor y = module.Call(x);
        y.Backward(Tensor.Ones(y.Shape));
        using var torch = new TorchModule(module);
        using TorchPass pass = torch.Forward(x);
        Near(y, pass.Output, Float32Tolerance, "output");
        Near(x.Grad!, pass.Backward(Tensor.Ones(y.Shape)).Inputs[0]!, Float32Tolerance, "gradient");
        module.ClearGrads();
    }

    [Fact]
    public void A_wrong_gradient_is_refused()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        using var torch = new TorchModule(Make("resnet8", string.Empty));
        using TorchPass pass = torch.Forward(DrawnModels.Image(1, ImageSize));
        Assert.Throws<ShapeException>(() => pass.Backward(Tensor.Ones([1, 3])));
        Assert.Throws<DTypeException>(() => pass.Backward(Tensor.Ones(pass.Output.Shape, DType.Float64)));
    }

    [Fact]
    public void Inputs_that_a_module_does_not_take_are_refused_as_by_the_module()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        using var torch = new TorchModule(Make("resnet8", string.Empty));
        Assert.Throws<ShapeException>(() => torch.Run(Tensor.Zeros([1, 4, ImageSize, ImageSize])));
    }

    private static Module Make(string key, string attention) => DrawnModels.Make(key, new ModelOptions
    {
        ImageSize = ImageSize,
        Classes = 7,
        Attention = attention.Length == 0 ? null : new AttentionPlacement { Key = attention },
    });

    private static void Near(Tensor expected, Tensor actual, double tolerance, string what, double least = 0)
    {
        Assert.Equal(expected.Spec, actual.Spec);
        double[] e = expected.Detach().To(DType.Float64).ToArray<double>(), a = actual.Detach().To(DType.Float64).ToArray<double>();
        double error = e.Zip(a, (x, y) => Math.Abs(x - y)).Max() / Math.Max(least, e.Max(Math.Abs));
        Assert.True(error <= tolerance, $"{what}: off by {error:e2}, more than {tolerance:e0}");
    }

    private sealed class Twice : Module
    {
        private readonly BatchNorm2d _norm = new(3);

        public Twice() => Register("norm", _norm);

        protected override Tensor Forward(Tensor x)
        {
            Tensor y = _norm.Call(x);
            return y.Relu() + y;
        }
    }

    private sealed class Drops : Module
    {
        protected override Tensor Forward(Tensor x) => x.Dropout(0.3, new Generator(11));
    }
}
