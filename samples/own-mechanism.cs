#!/usr/bin/env dotnet
#:project ../src/Fovea.Nn/Fovea.Nn.csproj
#:property PublishAot=false

// A mechanism of one's own: written once as its formula, it has gradients, goes into the models by name and is compiled with them.
//   dotnet run -c Release samples/own-mechanism.cs
// samples/OwnMechanism goes on from here: a model and data of one's own, training, and the command line that knows all three.
using Fovea;
using Fovea.Attention;
using Fovea.Layers;
using Fovea.Models;

Catalog.Register<RowGate>();
Module model = ModelCatalog.Create("resnet8", new ModelOptions
{
    Classes = 8,
    Attention = new AttentionPlacement { Key = "row_gate", Options = new() { ["reduction"] = 4 } },
});

using TensorScope scope = TensorScope.Begin();
Tensor x = Tensor.Full([2, 3, 64, 64], 0.5);
model.Call(x).CrossEntropy(Tensor.From([3L, 5])).Backward();
string[] learning = [.. model.NamedParameters().Where(p => p.Name.Contains("attention") && p.Value.Grad is not null).Select(p => p.Name)];
Console.WriteLine($"{learning.Length} parameters of row gates have a gradient, the first is {learning[0]}");

using CompiledModel compiled = model.Eval().Compile([2, 3, 64, 64]);
Tensor expected = model.Call(x);
double difference = (compiled.Run(x) - expected).Abs().Max().Item() / expected.Abs().Max().Item();
Console.WriteLine($"compiled to {compiled.Steps.Count} steps, {(difference < 1e-4 ? "equal" : "DIFFERENT")}");

/// <summary>A gate for each channel and row: <c>y = x · σ(1×1(ReLU(1×1(mean_W x))))</c>.</summary>
internal sealed class RowGate : Mechanism<RowGate>, IAttention<RowGate>
{
    private Conv2d _down = null!, _up = null!;

    public RowGate(int channels)
        : base(("channels", channels))
    {
    }

    private RowGate(AttentionOptions options)
        : base(options)
    {
    }

    // The card is all there is to say about it: "show", flags, JSON and generated pages read it here.
    public static Card Card { get; } = new()
    {
        Key = "row_gate",
        Name = "Row gate",
        Paper = "none: this sample",
        Year = 2026,
        Family = Family.Hybrid,
        Formula = "y = x · σ(1×1(ReLU(1×1(mean_W x))))",
        Shapes = "x: [N, C, H, W] → same",
        Options = [OptionSpec.Channels(), OptionSpec.Integer("reduction", "Divides the channels inside.", 8)],
    };

    public static RowGate Create(AttentionOptions options) => new(options);

    protected override void Build(AttentionOptions options)
    {
        int channels = options.Integer("channels"), inner = channels / options.Integer("reduction");
        _down = Register("down", new Conv2d(channels, inner, 1));
        _up = Register("up", new Conv2d(inner, channels, 1));
    }

    protected override Tensor Forward(Tensor x) => x * _up.Call(_down.Call(x.Mean([3], keepDim: true)).Relu()).Sigmoid();
}
