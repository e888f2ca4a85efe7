using Fovea.Attention;
using Fovea.Layers;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Torch.Tests;

/// <summary>Passes of training on libtorch leave in a module what our engine's leave: gradients that add up, statistics that move, random draws.</summary>
public sealed class TorchTrainingTests
{
    private const int ImageSize = 16;
    private const int Images = 3;

    // Some 10⁻¹² of the largest, as sums run in other orders.
    private const double Tolerance = 1e-10;

    public static TheoryData<string> Networks => ["gated", "dropped", "auxiliary", "frozen"];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradients_of_two_batches_add_up_to_those_of_our_engine(string network)
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        Module ours = Make(network), theirs = Make(network);
        using ITrainingModule training = new TorchEngine().LoadForTraining(theirs);
        training.ReadState();
        var told = new List<Tensor>();
        for (ulong batch = 1; batch <= 2; batch++)
        {
            Tensor x = Noise([Images, 3, ImageSize, ImageSize], batch);
            Draw(ours, batch);
            Tensor expected = Loss(AuxiliaryOutputs.Of(ours, x));
            expected.Backward();
            Draw(theirs, batch);
            using ITrainingPass pass = training.Forward(x);
            Tensor actual = Loss(pass.Outputs);
            told.Clear();
            pass.Backward(actual, told.Add);
            Assert.Equal(expected.Item(), actual.Item(), Tolerance * Math.Abs(expected.Item()));
        }

        (string Name, Tensor Value)[] trained = [.. ours.NamedParameters().Where(p => p.Value.Grad is not null)];
        Assert.Equal(trained.Select(p => p.Name), theirs.NamedParameters().Where(p => p.Value.Grad is not null).Select(p => p.Name));
        Assert.Equal(trained.Length, told.Distinct(ReferenceEqualityComparer.Instance).Count());
        double largest = trained.Max(p => p.Value.Grad!.ToArray<double>().Max(Math.Abs));
        Dictionary<string, Tensor> found = theirs.NamedParameters().ToDictionary(p => p.Name, p => p.Value);
        Assert.All(trained, p => Near(p.Value.Grad!, found[p.Name].Grad!, largest, p.Name));
        Assert.All(ours.NamedBuffers().Zip(theirs.NamedBuffers()), b => Near(b.First.Value, b.Second.Value, 1, b.First.Name));
        ours.ClearGrads();
        theirs.ClearGrads();
    }

    [Fact]
    public void Weights_that_an_optimiser_moved_are_those_of_the_next_pass()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        Module module = Make("gated");
        using ITrainingModule training = new TorchEngine().LoadForTraining(module);
        Tensor x = Noise([Images, 3, ImageSize, ImageSize], 1);
        using (ITrainingPass before = training.Forward(x))
        {
            foreach (Tensor parameter in module.Parameters())
            {
                parameter.AsSpan<double>()[0] += 0.5;
            }

            training.ReadState();
            using ITrainingPass after = training.Forward(x);
            Assert.NotEqual(before.Outputs.Main.ToArray<double>(), after.Outputs.Main.ToArray<double>());
            Near(module.Call(x), after.Outputs.Main, 0, "after the step");
        }
    }

    [Fact]
    public void A_part_that_is_thawed_is_trained_from_then_on()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        Module module = Make("frozen");
        Tensor frozen = module.Parameters().First(p => !p.RequiresGrad);
        using ITrainingModule training = new TorchEngine().LoadForTraining(module);
        Pass();
        Assert.Null(frozen.Grad);
        frozen.RequiresGrad = true;
        training.ReadState();
        Pass();
        Assert.NotNull(frozen.Grad);
        frozen.RequiresGrad = false;
        frozen.ClearGrad();
        training.ReadState();
        Pass();
        Assert.Null(frozen.Grad);
        module.ClearGrads();

        void Pass()
        {
            using ITrainingPass pass = training.Forward(Noise([Images, 3, ImageSize, ImageSize], 1));
            pass.Backward(Loss(pass.Outputs));
        }
    }

    [Fact]
    public void What_draws_at_random_draws_anew_in_every_pass()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        var dropout = new Dropout(0.5);
        Tensor x = Noise([Images, 3, ImageSize, ImageSize], 1);
        using ITrainingModule training = new TorchEngine().LoadForTraining(dropout);
        using ITrainingPass first = training.Forward(x), second = training.Forward(x);
        Assert.NotEqual(first.Outputs.Main.ToArray<double>(), second.Outputs.Main.ToArray<double>());
    }

    private static Module Make(string network)
    {
        Module module = network == "auxiliary" ? new TwoHeads() : ModelCatalog.Create("resnet8", new ModelOptions
        {
            ImageSize = ImageSize,
            Classes = 5,
            Attention = new AttentionPlacement { Key = "cbam" },
        });
        Initialization.Draw(module, new Generator(4));
        if (network == "dropped")
        {
            StochasticDepth.Add(module, 0.4);
        }

        foreach ((string name, Tensor value) in module.NamedParameters())
        {
            value.RequiresGrad = network != "frozen" || !name.Contains("conv1", StringComparison.Ordinal);
        }

        return module.To(DType.Float64).Train();
    }

    // As the trainer does: what a layer draws follows from the batch alone.
    private static void Draw(Module module, ulong batch)
    {
        foreach ((string name, Module value) in module.NamedModules())
        {
            if (value is IStochastic layer)
            {
                layer.Generator = new Generator(batch).Fork(name);
            }
        }
    }

    private static Tensor Loss(AuxiliaryOutputs outputs) =>
        outputs.Others.Aggregate(outputs.Main.Square().Mean(), (sum, other) => sum + (other.Output.Square().Mean() * other.Weight));

    private static Tensor Noise(Shape shape, ulong seed)
    {
        Tensor x = Tensor.Empty(shape, DType.Float64);
        new Generator(seed).FillUniform<double>(x.AsSpan<double>(), -1, 1);
        return x;
    }

    private static void Near(Tensor expected, Tensor actual, double least, string what)
    {
        double[] e = expected.Detach().ToArray<double>(), a = actual.Detach().ToArray<double>();
        double error = e.Zip(a, (x, y) => Math.Abs(x - y)).Max() / Math.Max(least, e.Max(Math.Abs));
        Assert.True(error <= Tolerance, $"{what}: off by {error:e2}, more than {Tolerance:e0}");
    }

    private sealed class TwoHeads : Module, IAuxiliaryOutputs
    {
        private readonly Conv2d _stem = new(3, 8, 3, padding: 1);
        private readonly Conv2d _head = new(8, 4, 1);
        private readonly Conv2d _other = new(8, 4, 3, padding: 1);

        public TwoHeads()
        {
            Register("stem", _stem);
            Register("head", _head);
            Register("other", _other);
        }

        public AuxiliaryOutputs CallWithAuxiliary(Tensor x)
        {
            Tensor maps = _stem.Call(x).Relu();
            return new AuxiliaryOutputs(_head.Call(maps), [(_other.Call(maps), 0.4)]);
        }

        protected override Tensor Forward(Tensor x) => _head.Call(_stem.Call(x).Relu());
    }
}
