// A mechanism, a model and data of one's own. Three lines make them known; then everything that Fovea does, it does with them.
using Fovea.Cli;
using Fovea.Compilation;
using OwnMechanism;

Catalog.Register<RowGate>();
ModelCatalog.Register(new ModelEntry("stripe-net", "Two convolutions with a slot for attention", ImageSize: 32, o => new StripeNet(o)));
DatasetFactory.Register(new NamedDataset("stripes", (options, split) => new Stripes(options.Seed, split)));

// With words after its name, this program is the command line and knows the three: OwnMechanism train --data stripes --attention row_gate
return args.Length > 0 ? CommandLine.Run(args) : Tour();

// Without, it shows the same from code.
static int Tour()
{
    string runs = Directory.CreateTempSubdirectory("own-mechanism").FullName;

    // 1. The mechanism by itself, written with its options.
    Module gate = new RowGate(channels: 16) { Reduction = 4 };
    Console.WriteLine($"row_gate has {gate.Parameters().Sum(p => p.Elements)} parameters");

    // 2. Training: the model, the data and the mechanism by their names.
    TrainResult trained = Trainer.Train(new TrainOptions
    {
        Model = "stripe-net",
        Data = "stripes",
        Attention = "row_gate",
        AttentionOptions = new Dictionary<string, string> { ["reduction"] = "2" },
        Epochs = 2,
        Output = runs,
        Name = "tour",
    });
    Console.WriteLine($"trained: {trained.ValTop1:P0} of the validation images are right");

    // 3. The checkpoint says by itself what it is, so it is built again from its file alone, and compiled.
    string weights = Path.Combine(trained.Run, "best.safetensors");
    Module model = TrainedModel.Open(weights, new ModelRequest()).Model;
    using TensorScope scope = TensorScope.Begin();
    using CompiledModel compiled = model.Compile([1, 3, 32, 32]);
    Console.WriteLine($"compiled: {compiled.Steps.Count} steps, output {compiled.Run(Tensor.Zeros([1, 3, 32, 32])).Shape}");

    // 4. Prediction on pictures in memory.
    Prediction prediction = Predictor.Open(new PredictOptions { Weights = weights }).Predict([new Stripes(7, DataSplit.Val).Get(0).Image])[0];
    Console.WriteLine($"predicted: {prediction.Classes[0].Class}");

    // 5. The same checkpoint through the command line.
    int code = CommandLine.Run(["eval", "--weights", weights, "--data", "stripes", "--quiet"]);
    Directory.Delete(runs, recursive: true);
    return code;
}
