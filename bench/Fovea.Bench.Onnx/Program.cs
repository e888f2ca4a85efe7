using System.Diagnostics;
using System.Globalization;
using Fovea;
using Fovea.Bench.Onnx;
using Fovea.Io;
using Fovea.Onnx;

// The proof that files of other exporters give other runtimes' numbers:
//   python3 bench/Fovea.Bench.Onnx/make_models.py /tmp/models
//   dotnet run -c Release --project bench/Fovea.Bench.Onnx -- /tmp/models
// Outputs against ONNX Runtime (largest difference over the largest number), gradients of the first and the last weight against PyTorch's in double
// precision, and the fastest of a few runs. Exits with 1 when a difference is past 1e-4.
// And a sheet of photographs with what a network from a file looks at in them:
//   dotnet run -c Release --project bench/Fovea.Bench.Onnx -- --photos photos/ sheet.png
const double Tolerance = 1e-4;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string models = Path.Combine(AppContext.BaseDirectory, "DnnImageModels");
if (args is ["--photos", var photos, var sheet, .. var tile])
{
    PhotoSheet.Write(models, photos, sheet, tile is [var side] ? int.Parse(side, CultureInfo.InvariantCulture) : 224);
    return 0;
}

bool fine = true;
Console.WriteLine("| model | opset | input | eager | compiled | first gradient | last gradient | compiled ms | ONNX Runtime ms |");
Console.WriteLine("|---|---:|---|---:|---:|---:|---:|---:|---:|");
foreach (string file in args.SelectMany(a => Directory.GetFiles(a, "*.onnx")).Where(f => !f.EndsWith(".whole.onnx", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
{
    using TensorScope scope = TensorScope.Begin();
    IReadOnlyDictionary<string, Tensor> golden = NpzFile.Read(Path.ChangeExtension(file, ".npz"));
    string whole = Path.ChangeExtension(file, ".whole.onnx");
    Show(file, golden["input"], File.Exists(whole) ? Gradients(whole, golden) : []);
}

// A ResNet-18 of ImageNet that CNTK wrote, with the preprocessing that belongs to it.
foreach (string file in Directory.GetFiles(models, "*.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
{
    using TensorScope scope = TensorScope.Begin();
    Tensor x = Tensor.Empty([1, 3, 224, 224]);
    new Generator(0).FillUniform(x.AsSpan<float>(), 0, 255);
    Show(file, x, []);
}

return fine ? 0 : 1;

void Show(string file, Tensor x, double[] gradients)
{
    OnnxModel model = OnnxModel.Load(file);
    model.Eval();
    using var peer = new Peer(file);
    using IDisposable still = GradMode.NoGrad();
    float[] input = x.ToArray<float>();
    float[] expected = peer.Run(input, x.Shape);
    double eager = Difference(Wide(model.Call(x)), Array.ConvertAll(expected, v => (double)v));
    using CompiledModel compiled = model.Compile(x.Shape);
    double fast = Difference(Wide(compiled.Run(x)), Array.ConvertAll(expected, v => (double)v));
    fine &= eager <= Tolerance && fast <= Tolerance && gradients.All(g => g <= Tolerance);
    string[] grads = gradients.Length == 2 ? [.. gradients.Select(g => g.ToString("0.0e-00"))] : ["–", "–"];
    Console.WriteLine(
        $"| {Path.GetFileNameWithoutExtension(file)} | {model.Opset} | {x.Shape} | {eager:0.0e-00} | {fast:0.0e-00} | {grads[0]} | {grads[1]} | "
        + $"{Fastest(() => compiled.Run(x).Dispose()):0.0} | {Fastest(() => peer.Run(input, x.Shape)):0.0} |");
}

static double[] Gradients(string file, IReadOnlyDictionary<string, Tensor> golden)
{
    OnnxModel model = OnnxModel.Load(file);
    model.Eval();
    using TensorScope scope = TensorScope.Begin();
    model.To(DType.Float64);
    model.Call(golden["input"].To(DType.Float64)).Backward(golden["cotangent"].To(DType.Float64));
    Dictionary<string, Tensor> parameters = model.NamedParameters().ToDictionary(p => p.Name, p => p.Value);
    double[] errors =
    [
        .. golden.Keys.Where(k => k.StartsWith("grad:", StringComparison.Ordinal))
            .Select(k => parameters.TryGetValue(k["grad:".Length..], out Tensor? p) && p.Grad is { } grad
                ? Difference(grad.ToArray<double>(), golden[k].ToArray<double>())
                : double.PositiveInfinity),
    ];
    model.ClearGrads();
    return errors;
}

static double[] Wide(Tensor values) => values.To(DType.Float64).ToArray<double>();

static double Difference(double[] actual, double[] expected) =>
    actual.Length != expected.Length ? double.PositiveInfinity : actual.Zip(expected, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs);

static double Fastest(Action run)
{
    double best = double.PositiveInfinity;
    for (int i = 0; i < 7; i++)
    {
        long start = Stopwatch.GetTimestamp();
        run();
        best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    return best;
}
