using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Io;

namespace Fovea.Inspect;

/// <summary>
/// One mechanism run once by a reference implementation, in a safetensors file: metadata <c>mechanism</c>, <c>config</c>, <c>mode</c>,
/// <c>source</c>, <c>tolerance</c>; tensors <c>input.i</c>, <c>param.NAME</c>, <c>buffer.NAME</c>, <c>output.0</c>, <c>cotangent.0</c>,
/// <c>grad.input.i</c>, <c>grad.param.NAME</c>, <c>buffer_after.NAME</c>.
/// </summary>
public sealed class GoldenCase
{
    private readonly string _name;
    private readonly SafetensorsFile _file;
    private readonly string _mechanism;
    private readonly double _tolerance;
    private readonly List<GoldenTensor> _tensors = [];

    private GoldenCase(string path, SafetensorsFile file)
    {
        _name = Path.GetFileNameWithoutExtension(path);
        _file = file;
        _mechanism = Meta("mechanism");
        _tolerance = double.TryParse(Meta("tolerance"), NumberStyles.Float, CultureInfo.InvariantCulture, out double t) && t > 0
            ? t
            : throw new DataFormatException($"metadata tolerance: expected a positive number, got \"{Meta("tolerance")}\".");
    }

    /// <summary>Runs the case in a file: builds the mechanism, loads its state, runs it forward and backward, and compares everything.</summary>
    /// <param name="path">A safetensors file. One that cannot be read, or names an unknown mechanism, is a failed case.</param>
    /// <param name="by">How it is run (default: with gradients). Without gradients only outputs and buffers are compared.</param>
    /// <param name="engine">What it is run on; null (the default) for ours. Another one has no compiled path.</param>
    public static GoldenResult Run(string path, GoldenPath by = GoldenPath.Eager, IGoldenEngine? engine = null)
    {
        using TensorScope scope = TensorScope.Begin();
        string mechanism = "?";
        double tolerance = double.NaN;
        try
        {
            SafetensorsFile file = SafetensorsFile.Read(path);
            mechanism = file.Metadata.GetValueOrDefault("mechanism", "?");
            var golden = new GoldenCase(path, file);
            tolerance = golden._tolerance;
            return golden.Run(by, engine) with { Path = by, Engine = engine?.Name };
        }
        catch (Exception e) when (e is FoveaException or IOException or JsonException or UnauthorizedAccessException)
        {
            return new GoldenResult(mechanism, Path.GetFileNameWithoutExtension(path), false, double.NaN, string.Empty, tolerance, e.Message) { Path = by, Engine = engine?.Name };
        }
    }

    /// <summary>The mechanism of a case, built and loaded, in the mode of the case, with what it is run on and what comes out.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <exception cref="DataFormatException">It is no golden case, or its state does not fit.</exception>
    /// <exception cref="OptionException">It names an unknown mechanism, or options that do not fit.</exception>
    public static GoldenSubject Open(string path)
    {
        var golden = new GoldenCase(path, SafetensorsFile.Read(path));
        Tensor output = golden._file.Tensors.GetValueOrDefault("output.0") ?? throw new DataFormatException("tensors: expected output.0, got none.");
        return new GoldenSubject(golden._mechanism, golden._name, golden.Build(), golden.Inputs(withGradients: false), output, golden._tolerance);
    }

    private Module Build()
    {
        Entry entry = Catalog.Find(_mechanism);
        JsonObject config = JsonNode.Parse(Meta("config"), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
            ?? throw new DataFormatException("metadata config: expected a JSON object.");
        Module module = entry.Create(config);
        StateDict.Load(module, Named("param.").Concat(Named("buffer.")).ToDictionary(t => t.Name, t => t.Value));
        return module.Train(Meta("mode") == "train");
    }

    private GoldenResult Run(GoldenPath by, IGoldenEngine? engine)
    {
        Module module = Build();
        if (by == GoldenPath.Compiled && module.IsTraining)
        {
            return new GoldenResult(_mechanism, _name, true, 0, string.Empty, _tolerance) { IsLeftOut = true };
        }

        Tensor[] inputs = Inputs(by == GoldenPath.Eager);
        Tensor? cotangent = by == GoldenPath.Eager ? _file.Tensors.GetValueOrDefault("cotangent.0") : null;
        GoldenRun run = engine is null ? Here(module, inputs, by, cotangent) : engine.Run(module, inputs, cotangent);
        string? failure = Compare("output.0", run.Output);
        for (int i = 0; i < inputs.Length && by == GoldenPath.Eager; i++)
        {
            failure ??= Compare($"grad.input.{i}", run.Inputs[i]);
        }

        foreach ((string name, _) in by == GoldenPath.Eager ? module.NamedParameters() : [])
        {
            failure ??= Compare($"grad.param.{name}", run.Parameters.GetValueOrDefault(name));
        }

        foreach ((string name, Tensor value) in module.NamedBuffers())
        {
            failure ??= Compare($"buffer_after.{name}", value);
        }

        module.ClearGrads();
        foreach (Tensor owned in module.NamedParameters().Concat(module.NamedBuffers()).Select(t => t.Value))
        {
            owned.Dispose();
        }

        GoldenTensor worst = _tensors.MaxBy(t => t.Error) ?? new GoldenTensor(string.Empty, -1);
        return new GoldenResult(_mechanism, _name, failure is null && worst.Error <= _tolerance, worst.Error, worst.Name, _tolerance, failure)
        {
            Tensors = _tensors,
        };
    }

    private static GoldenRun Here(Module module, Tensor[] inputs, GoldenPath by, Tensor? cotangent)
    {
        Tensor output = Output(module, inputs, by);
        if (cotangent is not null)
        {
            output.Backward(cotangent);
        }

        return new GoldenRun(
            output, [.. inputs.Select(x => x.Grad)],
            module.NamedParameters().Where(p => p.Value.Grad is not null).ToDictionary(p => p.Name, p => p.Value.Grad!));
    }

    private static Tensor Output(Module module, Tensor[] inputs, GoldenPath by)
    {
        using IDisposable? still = by == GoldenPath.Eager ? null : GradMode.NoGrad();
        if (by == GoldenPath.Compiled)
        {
            var options = new CompileOptions { OtherBatches = false };
            using CompiledModel compiled = module.Compile(options, Array.ConvertAll(inputs, x => x.Spec));
            return compiled.Run(inputs);
        }

        return inputs.Length == 1 ? module.Call(inputs[0]) : module.Call(inputs);
    }

    private Tensor[] Inputs(bool withGradients)
    {
        var inputs = new List<Tensor>();
        while (_file.Tensors.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"input.{inputs.Count}"), out Tensor? input))
        {
            input.RequiresGrad = withGradients && input.DType.IsFloating();
            inputs.Add(input);
        }

        return inputs.Count > 0 ? [.. inputs] : throw new DataFormatException("tensors: expected input.0, got none.");
    }

    /// <summary>Compares with the reference of that name, if the file has one. A missing gradient counts as zeros.</summary>
    private string? Compare(string name, Tensor? actual)
    {
        if (!_file.Tensors.TryGetValue(name, out Tensor? expected))
        {
            return null;
        }

        if (actual is not null && actual.Shape != expected.Shape)
        {
            return $"{name}: expected the shape {expected.Shape}, got {actual.Shape}";
        }

        using Tensor zeros = Tensor.Zeros(expected.Shape);
        double error = GoldenError.Of((actual ?? zeros).To(DType.Float32).AsSpan<float>(), expected.To(DType.Float32).AsSpan<float>(), _tolerance);
        _tensors.Add(new GoldenTensor(name, error));
        return null;
    }

    private IEnumerable<(string Name, Tensor Value)> Named(string prefix) => _file.Tensors
        .Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal))
        .Select(t => (t.Key[prefix.Length..], t.Value));

    private string Meta(string key) => _file.Metadata.GetValueOrDefault(key)
        ?? throw new DataFormatException($"metadata: expected \"{key}\"; this is no golden case.");
}
